"""An answerer as a folder: a manifest beside weights in safetensors. Nothing in it is run."""

import json
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, JsonValue, ValidationError, model_validator

from fewsight.digest import digest, file_digest
from fewsight.errors import ModelError, first_problem
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.task import Task
from fewsight.serving.answerers.features import FEATURES
from fewsight.serving.answerers.stored import EncoderFacts, Facts, Tensors, read_weights, write_stored

MANIFEST: Final = "answerer.json"
WEIGHTS: Final = "answerer.safetensors"
VERSION: Final = 1
MODEL: Final = "model"
"""The kind of a part that is a language model, with its prompt and adapter."""


class PartFacts(Facts):
    """One part: its kind, the encoders that read for it side by side, what they read, and what else the kind needs."""

    kind: str
    encoders: tuple[EncoderFacts, ...] = ()
    views: tuple[str, ...] = ()
    settings: dict[str, JsonValue] = Field(default_factory=dict)


class Weighting(Facts):
    """How much each part counts in a field, by its name, and the temperature of their pool."""

    weights: dict[str, float]
    temperature: float = Field(1.0, gt=0)


class AnsweredTask(Facts):
    """The task that is answered. `labels` are by dotted path of its closed fields, in the order of weights."""

    name: str
    version: str
    digest: str
    labels: dict[str, tuple[str, ...]]


class RowFacts(Facts):
    """Digests and numbers of the rows that parts learned from, and of those that weights were fitted on."""

    learned: int = 0
    learned_digest: str | None = None
    fitted: int = 0
    fitted_digest: str | None = None


class AnswererManifest(Facts):
    """What an answerer is made of, and what it was fitted under.

    `seconds` is how long fitting took; `figures` are by field and metric.
    """

    answerer_version: Literal[1] = VERSION
    name: str
    task: AnsweredTask
    parts: dict[str, PartFacts]
    blends: dict[str, Weighting]
    rows: RowFacts = RowFacts()
    seconds: float | None = None
    figures: dict[str, dict[str, float]] = Field(default_factory=dict)
    features: int = FEATURES
    weights_digest: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if len(self.models) > 1:
            raise ValueError(f"parts {', '.join(self.models)} are language models, and a run has one")
        for path, labels in self.task.labels.items():
            weights = self.blends[path].weights if path in self.blends else {}
            if unknown := [name for name in weights if name not in self.parts]:
                raise ValueError(f"field {path!r} counts a part {unknown[0]!r}, and there is none")
            if any(weight < 0 for weight in weights.values()):
                raise ValueError(f"field {path!r} has a weight below 0")
            if not any(weights.values()) and len(labels) > 1:
                raise ValueError(f"no part counts in field {path!r}")
        return self

    @property
    def models(self) -> list[str]:
        """The name of the part that is a language model; empty where none is."""
        return [name for name, part in self.parts.items() if part.kind == MODEL]

    @property
    def digest(self) -> str:
        """Stands for everything that its answers depend on besides the history."""
        return digest(self.model_dump(mode="json", exclude={"name", "rows", "seconds", "figures"}))

    def require(self, task: Task) -> None:
        """Refuse a task that is not the one that it answers.

        Raises:
            ModelError: its name, version or labels are others.
        """
        own = self.task
        labels = {field.path: set(field.labels) for field in closed_fields(task.output)}
        if own.name != task.name:
            raise ModelError(f"Answerer {self.name!r} answers task {own.name!r}, and this is {task.name!r}.")
        if own.version != task.version:
            raise ModelError(
                f"Answerer {self.name!r} learned version {own.version!r} of task {task.name!r}, and this is "
                f"{task.version!r}. Save it again with `fewsight eval --save`."
            )
        if wrong := [path for path in {**labels, **own.labels} if labels.get(path) != set(own.labels.get(path, ()))]:
            raise ModelError(
                f"Answerer {self.name!r} learned other labels of {', '.join(wrong)} than task {task.name!r} has. Save "
                "it again with `fewsight eval --save`."
            )


def answered_task(task: Task) -> AnsweredTask:
    """The facts of a task that an answerer is made for."""
    labels = {field.path: field.labels for field in closed_fields(task.output)}
    return AnsweredTask(name=task.name, version=task.version, digest=task.digest, labels=labels)


def write_answerer(folder: Path, manifest: AnswererManifest, tensors: Tensors) -> AnswererManifest:
    """Write both files, and return the manifest with the digest of the weights; tensors are those of all parts.

    Raises:
        OSError: they can't be written.
    """
    return write_stored(folder / MANIFEST, manifest, folder / WEIGHTS, tensors)


def read_answerer(folder: Path) -> AnswererManifest:
    """The manifest of a folder.

    Raises:
        ModelError: there is none, it is damaged or of another version, or the weights are missing or were changed.
    """
    path = folder / MANIFEST
    if not path.is_file():
        below = folder / "answerer"
        hint = f" Did you mean {str(below)!r}?" if (below / MANIFEST).is_file() else ""
        raise ModelError(f"{str(folder)!r} holds no answerer ({MANIFEST}); `fewsight eval --save` writes one.{hint}")
    try:
        text = path.read_text(encoding="utf-8")
        _require_version(path, json.loads(text))
        manifest = AnswererManifest.model_validate_json(text)
        weights = file_digest(folder / WEIGHTS)
    except ValidationError as error:
        raise ModelError(f"{str(path)!r} is no manifest of an answerer: {first_problem(error)}.") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"The answerer in {str(folder)!r} can't be read: {error}.") from error
    if weights != manifest.weights_digest:
        raise ModelError(f"{str(folder / WEIGHTS)!r} was changed: its digest is {weights[:16]}. Save it again.")
    if manifest.features != FEATURES:
        raise ModelError(
            f"Answerer {manifest.name!r} reads histories in another way (features {manifest.features}, now "
            f"{FEATURES}). Save it again with `fewsight eval --save`."
        )
    return manifest


def read_tensors(folder: Path) -> Tensors:
    """The weights of every part; what they hold is the kind's own.

    Raises:
        ModelError: they can't be read.
    """
    return read_weights(folder / WEIGHTS)


def _require_version(path: Path, content: Any) -> None:  # noqa: ANN401 - any JSON value
    version = content.get("answerer_version") if isinstance(content, dict) else None
    if version != VERSION:
        raise ModelError(
            f"{str(path)!r} is of version {version!r}, and this fewsight reads {VERSION}. Save the answerer again with "
            "`fewsight eval --save`."
        )
