"""Every option of a fine-tuning, with its default; the text under a field is what `fewsight finetune --help` shows."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from fewsight.errors import ConfigError, did_you_mean

Preset = Literal["quick", "best"]


@dataclass(frozen=True, slots=True)
class FinetuneConfig:
    """Options that change what is learned, and how it is measured."""

    method: Literal["lora", "full"] = "lora"
    """lora trains small matrices beside the frozen model; full trains its layers, and makes a whole model."""

    rank: int = 16
    """Rank of the LoRA matrices."""

    alpha: float = 32.0
    """LoRA's scale: the update is multiplied by alpha / rank, or alpha / sqrt(rank) with rslora."""

    rslora: bool = False
    """Rank-stabilised scale, alpha / sqrt(rank)."""

    dropout: float = 0.0
    """Dropout before the LoRA matrices, while training. On a CPU it takes a third of the speed."""

    target_modules: str = "all-linear"
    """Which layers get LoRA matrices: all-linear, or names such as q_proj,v_proj."""

    epochs: float = 1.0
    """How often the training rows are gone through; 0.5 is half of them."""

    learning_rate: float = 2e-3
    """Highest learning rate. 1e-3 to 2e-3 suits models of about 100M parameters; larger ones want less."""

    schedule: Literal["linear", "cosine", "constant"] = "linear"
    """How the learning rate falls after the warm-up."""

    warmup: float = 0.05
    """Share of all steps in which the learning rate rises from zero."""

    weight_decay: float = 0.01
    """AdamW's decoupled weight decay."""

    clip: float = 1.0
    """Largest norm of a step's gradient; 0 switches clipping off."""

    batch_rows: int = 32
    """Rows of one optimizer step. More of them, or longer ones, never take more memory: see micro_tokens."""

    micro_tokens: int = 2048
    """Most tokens to compute at once, padding included; the passes of a step add up. Less takes less memory.

    A CPU computes passes of at least 1024 tokens side by side, as many as it has threads: 8192 suits one with eight.
    """

    label_smoothing: float = 0.0
    """Share of each decision's target that goes to the other legal tokens."""

    class_balance: float = 0.0
    """0 weighs all rows alike, 1 weighs labels by the inverse of their frequency; between are powers of it."""

    loss_on: Literal["values", "decisions"] = "values"
    """Whether all tokens of a label carry loss, or only those where labels differ."""

    evaluations: int = 1
    """Evaluations on the validation rows in each epoch."""

    patience: int = 0
    """Stop after so many evaluations without a better one; 0 never. The best weights are kept in any case."""

    augment_typos: float = 0.0
    """Share of the training rows that get a second copy with typing mistakes. Held-back rows never do."""

    augment_case: float = 0.0
    """Share of the training rows that get a second copy in lower case, in capitals, or without punctuation."""

    augment_injections: float = 0.0
    """Share of the training rows that get a second copy which tells the model to give another label, and must not."""

    search: int = 0
    """Short trainings that try learning rates and ranks; the best one's settings train the adapter. Needs Optuna."""

    checkpoint_minutes: float = 5.0
    """Minutes between checkpoints, from which a killed training goes on; one is also made after each evaluation."""

    report_rows: int = 400
    """Held-back rows on which the base model, the adapter and every engine are compared at the end."""

    valid_share: float = 0.1
    """Share of the rows that is held back where no validation file is given. 0: all are trained on."""

    longest_row: int = 4096
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

    history_tokens: int = 1024
    """Budget of a history in the prompt, as for `fewsight run`."""

    def __post_init__(self) -> None:
        if problems := list(_problems(self)):
            raise ConfigError("Fine-tuning options:\n  - " + "\n  - ".join(problems))


PRESETS: Final[Mapping[Preset, Mapping[str, Any]]] = {
    "quick": {"epochs": 1.0, "evaluations": 1},
    "best": {"epochs": 6.0, "evaluations": 2, "patience": 4, "schedule": "cosine"},
}

REFUSED: Final = {
    "use_dora": "vLLM can't serve DoRA; use rslora, or a higher rank (64 at most)",
    "dora": "vLLM can't serve DoRA; use rslora, or a higher rank (64 at most)",
    "modules_to_save": "vLLM can't serve whole layers in an adapter; LoRA on all linear layers is what it takes",
    "bias": "vLLM can't serve an adapter with biases",
    "lora_bias": "vLLM can't serve an adapter with biases",
}
"""Options of PEFT that make an adapter which not every engine can serve."""


OF_LORA: Final = ("rank", "alpha", "rslora", "dropout", "target_modules")
MOST_FULL_RATE: Final = 1e-3
"""Learning rates above this destroy a pretrained model's own layers."""


def make_config(preset: Preset | None, file: Path | None, given: Mapping[str, Any]) -> FinetuneConfig:
    """Defaults, then the preset, then the file (TOML), then what was `given`; later ones win.

    A file may name its `preset` itself.

    Raises:
        ConfigError: everything that is wrong with the options, at once.
    """
    data = _read(file) if file else {}
    named = preset or data.pop("preset", None)
    data.pop("preset", None)
    if named is not None and named not in PRESETS:
        raise ConfigError(f"preset {named!r} is not known.{did_you_mean(str(named), PRESETS)}")
    merged = {**(PRESETS[named] if named else {}), **data, **given}
    kinds = get_type_hints(FinetuneConfig)
    problems = [_unknown(name, kinds) for name in merged if name not in kinds]
    checked: dict[str, Any] = {}
    for name, value in merged.items():
        if name in kinds:
            try:
                checked[name] = _converted(name, value, kinds[name])
            except ValueError as error:
                problems.append(str(error))
    try:
        config = FinetuneConfig(**checked)
    except ConfigError as error:
        raise ConfigError("\n  - ".join([str(error), *problems])) from None
    if problems:
        raise ConfigError("Fine-tuning options:\n  - " + "\n  - ".join(problems))
    return config


def as_toml(config: FinetuneConfig) -> str:
    """The configuration as a file that `make_config` reads."""
    return "".join(f"{name} = {_toml(value)}\n" for name, value in asdict(config).items())


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{str(file)!r} can't be read as TOML: {error}.") from error


def _unknown(name: str, known: Mapping[str, Any]) -> str:
    if name in REFUSED:
        return f"{name}: {REFUSED[name]}"
    return f"{name!r} is not an option.{did_you_mean(name, known)}"


def _converted(name: str, value: Any, kind: Any) -> Any:  # noqa: ANN401 - from TOML
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ValueError(f"{name} is {value!r}; use {', '.join(get_args(kind))}")
    elif kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    elif type(value) is not kind:
        raise ValueError(f"{name} is {value!r}, not {'a number' if kind in (int, float) else kind.__name__}")
    return value


_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "rank": (1, 64),
    "alpha": (1e-6, 1e6),
    "dropout": (0, 0.9),
    "epochs": (1e-3, 1000),
    "learning_rate": (1e-8, 1),
    "warmup": (0, 0.9),
    "weight_decay": (0, 1),
    "clip": (0, 1e6),
    "batch_rows": (1, 65_536),
    "micro_tokens": (16, 10_000_000),
    "label_smoothing": (0, 0.9),
    "class_balance": (0, 1),
    "evaluations": (1, 1000),
    "patience": (0, 1000),
    "augment_typos": (0, 1),
    "augment_case": (0, 1),
    "augment_injections": (0, 1),
    "search": (0, 1000),
    "checkpoint_minutes": (0, 1e6),
    "report_rows": (1, 1_000_000),
    "valid_share": (0, 0.9),
    "longest_row": (16, 10_000_000),
    "history_tokens": (16, 10_000_000),
}


def _problems(config: FinetuneConfig) -> Iterator[str]:
    for field in fields(config):
        value = getattr(config, field.name)
        least, most = _BOUNDS.get(field.name, (value, value))
        if field.name in _BOUNDS and not least <= value <= most:
            why = ", the highest rank that is served with vLLM" if field.name == "rank" else ""
            yield f"{field.name} is {value!r}; use {least:g} to {most:g}{why}"
    if config.method == "full":
        yield from _full_problems(config)
    if not config.target_modules.strip():
        yield "target_modules is empty; use all-linear, or names such as q_proj,v_proj"


def _full_problems(config: FinetuneConfig) -> Iterator[str]:
    """What is of LoRA alone."""
    for field in fields(config):
        value = getattr(config, field.name)
        if field.name in OF_LORA and value != field.default:
            yield f"{field.name} is {value!r}, and method full has no LoRA matrices; leave it out"
    if config.search:
        yield f"search is {config.search}, and tries ranks of LoRA matrices; set it to 0 for method full"
    if config.learning_rate > MOST_FULL_RATE:
        yield (
            f"learning_rate is {config.learning_rate:g}, which is for LoRA matrices; for method full use about 5e-5 "
            f"({MOST_FULL_RATE:g} at most)"
        )


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)
