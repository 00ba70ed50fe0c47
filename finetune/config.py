"""Every option of a fine-tuning: type, bounds, default and, under each field, what `fewsight finetune --help` shows."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import ArgsKwargs

from fewsight.finetune.config_problems import as_config_errors

Preset = Literal["quick", "best"]
Share = Annotated[float, Field(ge=0, le=1)]
MostShare = Annotated[float, Field(ge=0, le=0.9)]
Count = Annotated[int, Field(ge=0, le=1000)]
Tokens = Annotated[int, Field(ge=16, le=10_000_000)]

PRESETS: Final[Mapping[str, Mapping[str, Any]]] = {
    "quick": {},
    "best": {"evaluations": 2, "patience": 4, "schedule": "cosine"},
}
"""What a preset sets besides epochs, whose rules stand in `presets`."""

OF_LORA: Final = ("rank", "alpha", "rslora", "dropout", "target_modules")
MOST_FULL_RATE: Final = 1e-3
"""Learning rates above this destroy a pretrained model's own layers."""


@as_config_errors
@dataclass(frozen=True, config=ConfigDict(strict=True, extra="forbid", use_attribute_docstrings=True))
class FinetuneConfig:
    """Options that change what is learned, and how it is measured.

    Raises:
        ConfigError: everything that is wrong with the options, at once.
    """

    preset: Preset = "quick"
    """What the options are that are not given. quick: one epoch, more where rows are few. best: six epochs or more, a
    cosine schedule, two evaluations in each epoch, and early stopping.
    """

    method: Literal["lora", "full"] = "lora"
    """lora trains small matrices beside the frozen model; full trains its layers, and makes a whole model."""

    rank: Annotated[int, Field(ge=1, le=64)] = 16
    """Rank of the LoRA matrices."""

    alpha: Annotated[float, Field(ge=1e-6, le=1e6)] = 32.0
    """LoRA's scale: the update is multiplied by alpha / rank, or alpha / sqrt(rank) with rslora."""

    rslora: bool = False
    """Rank-stabilised scale, alpha / sqrt(rank)."""

    dropout: MostShare = 0.0
    """Dropout before the LoRA matrices, while training. On a CPU it takes a third of the speed."""

    target_modules: str = "all-linear"
    """Which layers get LoRA matrices: all-linear, or names such as q_proj,v_proj."""

    epochs: Annotated[float, Field(ge=0, le=1000)] = 0.0
    """How often the training rows are gone through; 0.5 is half of them. 0: by the preset and the number of rows."""

    learning_rate: Annotated[float, Field(ge=1e-8, le=1, validate_default=True)] = 2e-3
    """Highest learning rate. 1e-3 to 2e-3 suits models of about 100M parameters; larger ones want less."""

    schedule: Literal["linear", "cosine", "constant"] = "linear"
    """How the learning rate falls after the warm-up."""

    warmup: MostShare = 0.05
    """Share of all steps in which the learning rate rises from zero."""

    weight_decay: Share = 0.01
    """AdamW's decoupled weight decay."""

    clip: Annotated[float, Field(ge=0, le=1e6)] = 1.0
    """Largest norm of a step's gradient; 0 switches clipping off."""

    batch_rows: Annotated[int, Field(ge=0, le=65_536)] = 0
    """Rows of one optimizer step. More, or longer ones, never take more memory: see micro_tokens.

    0: by the number of training rows.
    """

    micro_tokens: Tokens = 2048
    """Most tokens to compute at once, padding included; the passes of a step add up. Less takes less memory.

    A CPU computes passes of at least 1024 tokens side by side, as many as it has threads: 8192 suits one with eight.
    """

    label_smoothing: MostShare = 0.0
    """Share of each decision's target that goes to the other legal tokens."""

    class_balance: Share = 0.0
    """0 weighs all rows alike, 1 weighs labels by the inverse of their frequency; between are powers of it."""

    loss_on: Literal["values", "decisions"] = "values"
    """Whether all tokens of a label carry loss, or only those where labels differ."""

    evaluations: Annotated[int, Field(ge=1, le=1000)] = 1
    """Evaluations on the validation rows in each epoch."""

    patience: Count = 0
    """Stop after so many evaluations without a better one; 0 never. The best weights are kept in any case."""

    augment_typos: Share = 0.0
    """Share of the training rows that get a second copy with typing mistakes. Held-back rows never do."""

    augment_case: Share = 0.0
    """Share of the training rows that get a second copy in lower case, in capitals, or without punctuation."""

    augment_injections: Share = 0.0
    """Share of the training rows that get a second copy which tells the model to give another label, and must not."""

    search: Count = 0
    """Short trainings that try learning rates and ranks; the best one's settings train the adapter. Needs Optuna."""

    checkpoint_minutes: Annotated[float, Field(ge=0, le=1e6)] = 5.0
    """Minutes between checkpoints, from which a killed training goes on; one is also made after each evaluation."""

    report_rows: Annotated[int, Field(ge=1, le=1_000_000)] = 400
    """Held-back rows on which the base model, the adapter and every engine are compared at the end."""

    valid_share: MostShare = 0.1
    """Share of the rows that is held back where no validation file is given. 0: all are trained on."""

    longest_row: Tokens = 4096
    """Rows of more tokens (prompt and answer) are left out and counted, never cut."""

    seed: int = 0
    """Of the order of rows, the initial LoRA matrices, dropout and the split."""

    dtype: Literal["auto", "bfloat16", "float32"] = "auto"
    """Number type of the frozen base model; auto is the one that is fast on this machine."""

    style: Literal["compact", "full"] = "compact"
    """Template of the prompts. compact leaves out the descriptions of labels, which the adapter learns."""

    language: Literal["auto", "en", "zh"] = "auto"
    """Language of the prompts; auto tells it by each text."""

    mask: bool = True
    """Replace names, e-mail addresses, card numbers, ... by pseudonyms, as `fewsight run` does."""

    order: Literal["shots-first", "history-first"] = "shots-first"
    """Order of the blocks of a prompt. history-first lets several tasks share the history, in training and serving."""

    history_tokens: Tokens = 1024
    """Budget of a history in the prompt, as for `fewsight run`."""

    @model_validator(mode="before")
    @classmethod
    def _of_preset(cls, given: ArgsKwargs) -> ArgsKwargs:
        """Let the preset set what is not given."""
        options = given.kwargs or {}
        preset = options.get("preset")
        return ArgsKwargs(given.args, {**(PRESETS.get(preset, {}) if isinstance(preset, str) else {}), **options})

    @field_validator("target_modules")
    @classmethod
    def _names_layers(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("target_modules is empty; use all-linear, or names such as q_proj,v_proj")
        return value

    @field_validator(*OF_LORA)
    @classmethod
    def _leaves_lora_out(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - fields of several types
        name = str(info.field_name)
        if info.data.get("method") == "full" and value != getattr(cls, name):
            raise ValueError(f"{name} is {value!r}, and method full has no LoRA matrices; leave it out")
        return value

    @field_validator("search")
    @classmethod
    def _tries_no_rank(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("method") == "full" and value:
            raise ValueError(f"search is {value}, and tries ranks of LoRA matrices; set it to 0 for method full")
        return value

    @field_validator("learning_rate")
    @classmethod
    def _suits_the_method(cls, value: float, info: ValidationInfo) -> float:
        if info.data.get("method") == "full" and value > MOST_FULL_RATE:
            raise ValueError(
                f"learning_rate is {value:g}, which is for LoRA matrices; for method full use about 5e-5 "
                f"({MOST_FULL_RATE:g} at most)"
            )
        return value
