"""An answerer that was opened: its parts without a language model as one, and how they count in a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fewsight.errors import ModelError
from fewsight.events import CustomerHistory
from fewsight.prompts.answer.fields import open_fields
from fewsight.prompts.task import Language, Task
from fewsight.serving.answerers.base import Shares
from fewsight.serving.answerers.encoders import known_encoder, side_by_side
from fewsight.serving.answerers.folder import MODEL, AnswererManifest, PartFacts, read_answerer, read_tensors
from fewsight.serving.answerers.fusion import LEAST, Opinion
from fewsight.serving.answerers.heads import Reader
from fewsight.serving.answerers.parts import Part, PartInput, open_part
from fewsight.serving.answerers.stored import Tensors

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class OpenAnswerer:
    """An answerer's folder, its manifest, and its parts but the language model, by name.

    It is an `Answerer` by the parts that are no language model, and an `Adviser` of runs.
    """

    folder: Path
    manifest: AnswererManifest
    parts: dict[str, Part]
    reads_whole_history: bool = True

    @property
    def model(self) -> PartFacts | None:
        """The part that is a language model."""
        return next((self.manifest.parts[name] for name in self.manifest.models), None)

    def is_enough_for(self, task: Task) -> bool:
        """Whether it answers the whole task without any language model."""
        return self.model is None and not open_fields(task.output)

    def digest(self, task: str, language: Language) -> str | None:  # noqa: ARG002 - it takes texts as they come
        """See `Answerer`; None where a language model is its only part."""
        return self.manifest.digest if task == self.manifest.task.name and self.parts else None

    def answer(self, task: str, histories: Sequence[CustomerHistory]) -> list[Shares]:
        """See `Answerer`."""
        from scipy.special import softmax

        blends, labels = self.manifest.blends, self.manifest.task.labels
        fields = self._logs(task, histories)
        shares = {path: softmax(logs / blends[path].temperature, axis=1).tolist() for path, logs in fields.items()}
        return [
            {path: dict(zip(labels[path], rows[i], strict=True)) for path, rows in shares.items()}
            for i in range(len(histories))
        ]

    def opinions(self, task: str, histories: Sequence[CustomerHistory]) -> list[dict[str, Opinion]]:
        """See `Adviser`."""
        labels = self.manifest.task.labels
        fields = {path: logs.tolist() for path, logs in self._logs(task, histories).items()}
        return [
            {path: self._opinion(path, dict(zip(labels[path], logs[i], strict=True))) for path, logs in fields.items()}
            for i in range(len(histories))
        ]

    def _opinion(self, path: str, logs: dict[str, float]) -> Opinion:
        blend = self.manifest.blends[path]
        own = sum(blend.weights.get(name, 0.0) for name in self.manifest.models)
        return Opinion(logs, own, blend.temperature)

    def _logs(self, task: str, histories: Sequence[CustomerHistory]) -> dict[str, "np.ndarray"]:
        """By path, weighted log probabilities of all parts [histories, labels]; no fields of the model alone."""
        import numpy as np

        if task != self.manifest.task.name:
            raise ModelError(f"Answerer {self.manifest.name!r} answers {self.manifest.task.name!r}, not {task!r}.")
        told = {name: part.shares(histories) for name, part in self.parts.items()} if histories else {}
        logs: dict[str, np.ndarray] = {}
        for path, blend in self.manifest.blends.items():
            for name, weight in blend.weights.items():
                if weight and name in told:
                    logs[path] = logs.get(path, 0.0) + weight * np.log(np.maximum(told[name][path], LEAST))
        return logs


def open_answerer(folder: Path, task: Task) -> OpenAnswerer:
    """The answerer in a folder, for this task.

    Raises:
        ModelError: it is damaged or of another version, answers another task or other labels, or an encoder is not here
            or is another.
    """
    manifest = read_answerer(folder)
    manifest.require(task)
    tensors = read_tensors(folder)
    parts = {name: _part(manifest, name, tensors) for name, one in manifest.parts.items() if one.kind != MODEL}
    return OpenAnswerer(folder, manifest, parts)


def _part(manifest: AnswererManifest, name: str, tensors: Tensors) -> Part:
    facts = manifest.parts[name]
    encoders = [known_encoder(one, f"Answerer {manifest.name!r}") for one in facts.encoders]
    reader = Reader(side_by_side(encoders)) if encoders else None
    return open_part(PartInput(name, facts, manifest.task.labels, tensors, reader))
