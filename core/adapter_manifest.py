"""The facts that an adapter, or a whole model, was trained under, in `fewsight.json` beside its weights.

An adapter answers as it was measured only under the prompt, the model and the answer format that it was trained with,
so serving compares them before it starts. The weights are a plain PEFT adapter, which loads without this file.
"""

from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from fewsight.errors import ModelError, first_problem
from fewsight.files import write_text
from fewsight.statistics.shares import wilson_limits

MANIFEST: Final = "fewsight.json"
VERSION: Final = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BaseFacts(_Part):
    """The model under the adapter. Digests hold on any machine."""

    name: str
    digest: str
    tokenizer_digest: str
    dtype: str


class TaskFacts(_Part):
    """What was asked, and how. `prompts` are digests of the token ids of fixed histories, by language."""

    name: str
    version: str
    style: Literal["full", "compact"]
    language: Literal["auto", "en", "zh"]
    order: Literal["shots-first", "history-first"] = "shots-first"
    mask: bool
    history_tokens: int
    prompts: dict[str, str]
    schema_digest: str


class DataFacts(_Part):
    """What the rows were that it was trained on, without any of their texts.

    `labels` counts training rows: field -> label -> rows. `augmented` counts copies of them that were trained on
    too, by kind; they are in no other count. `replayed` of the `rows` are older ones that were mixed in.
    """

    train_digest: str
    valid_digest: str | None
    rows: int
    valid_rows: int
    split: str
    left_out: dict[str, int] = Field(default_factory=dict)
    near_duplicates: int = 0
    labels: dict[str, dict[str, int]] = Field(default_factory=dict)
    augmented: dict[str, int] = Field(default_factory=dict)
    replayed: int = 0

    @property
    def trained_on(self) -> str:
        """How many rows, and how many copies of which kind."""
        copies = ", ".join(f"{count:,} {kind}" for kind, count in self.augmented.items())
        older = f" ({self.replayed:,} of them older)" if self.replayed else ""
        return f"{self.rows:,} rows{older}" + (f" and copies of some ({copies})" if copies else "")


class Metric(_Part):
    """A share of rows with its 95 % Wilson interval."""

    value: float
    low: float
    high: float
    rows: int

    @classmethod
    def of_share(cls, right: int, rows: int) -> Self:
        """The share of `right` rows out of `rows`, to four digits; without rows 0, with limits of 0 and 1.

        >>> Metric.of_share(8, 10)
        Metric(value=0.8, low=0.4902, high=0.9433, rows=10)
        """
        low, high = wilson_limits(right, rows)
        return cls(value=round(right / rows, 4) if rows else 0.0, low=round(low, 4), high=round(high, 4), rows=rows)


class ParityPart(_Part):
    """How far one way to serve the adapter is from PEFT's own answers. `difference` is the mean over all labels.

    `equal` is the share of labels that are the same, `tied` that of others which PEFT finds nearly as probable.
    """

    way: str
    rows: int
    difference: float
    equal: float
    tied: float = 0.0
    passed: bool


class Parity(_Part):
    """The parity gate: prompts token by token, and each way to serve."""

    rows: int
    prompts_equal: bool
    parts: tuple[ParityPart, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the adapter may be served."""
        return self.prompts_equal and all(part.passed for part in self.parts)


class AdapterManifest(_Part):
    """All of fewsight.json. `weights_digest` is that of adapter_model.safetensors with its configuration.

    Of a whole model that was trained it is the model folder's digest, and `base` is what it was trained from.

    `data` and `metrics` are by task; `attribution` says whose data it was trained on, and under which licence.
    """

    manifest_version: int = VERSION
    name: str
    weights_digest: str
    base: BaseFacts
    tasks: tuple[TaskFacts, ...]
    data: dict[str, DataFacts]
    config: dict[str, JsonValue]
    versions: dict[str, str]
    metrics: dict[str, dict[str, Metric]] = Field(default_factory=dict)
    training: dict[str, JsonValue] = Field(default_factory=dict)
    parity: Parity | None = None
    attribution: tuple[str, ...] = ()

    @property
    def is_model(self) -> bool:
        """Whether this is a whole model, and no adapter."""
        return self.config.get("method") == "full"

    def write(self, folder: Path) -> None:
        """Write the file, or replace it.

        Raises:
            OSError: the folder can't be written.
        """
        write_text(folder / MANIFEST, self.model_dump_json(indent=2) + "\n")


def read_manifest(adapter: Path) -> AdapterManifest | None:
    """The manifest of an adapter folder; None where it has none.

    Raises:
        ModelError: it is damaged, or of a newer version.
    """
    path = adapter / MANIFEST
    if not path.is_file():
        return None
    try:
        return AdapterManifest.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise ModelError(
            f"{str(path)!r} can't be read: {first_problem(error)}; it is damaged or of a newer fewsight (this one "
            f"writes version {VERSION}). Take the adapter anew from where it was made."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{str(path)!r} can't be read: {error}.") from error
