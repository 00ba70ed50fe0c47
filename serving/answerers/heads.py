"""Heads: multinomial logistic regression on sentence embeddings of a history and on facts that code computes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.digest import digest
from fewsight.errors import ModelError
from fewsight.events import CustomerHistory
from fewsight.prompts.task import Language
from fewsight.serving.answerers.base import Shares
from fewsight.serving.answerers.encoders import Encode, Remembered
from fewsight.serving.answerers.features import FACTS, VIEWS, facts
from fewsight.serving.answerers.fusion import Blend
from fewsight.serving.answerers.heads_file import HeadsManifest, read_tensors
from fewsight.serving.answerers.stored import tensor_name

if TYPE_CHECKING:
    import numpy as np

SMOOTHING: Final = 0.01
"""The part of a head's probability that is spread evenly: it has seen few rows, and some labels never."""


class Reader:
    """Reads histories as features.

    Args:
        encode: of the encoder; called with all texts of some histories at once.
    """

    def __init__(self, encode: Encode) -> None:
        self._encode = encode

    def features(self, histories: Sequence[CustomerHistory], views: Sequence[str]) -> "np.ndarray":
        """float32 of shape [histories, dimensions * views + facts]."""
        import numpy as np

        texts = [VIEWS[view](history) for history in histories for view in views]
        vectors = self._encode(texts).reshape(len(histories), -1)
        told = np.asarray([facts(history) for history in histories], dtype=np.float32)
        return np.asarray(np.concatenate([vectors, told], axis=1), dtype=np.float32)


class EncoderHeads:
    """The heads of a folder, as an answerer.

    Args:
        folder: of the heads.
        manifest: that `read_heads` read there.
        encode: of the encoder that they were fitted with; it may load its model when it is called first.

    Raises:
        ModelError: the weights are not those of the manifest.
    """

    def __init__(self, folder: Path, manifest: HeadsManifest, encode: Encode) -> None:
        self._manifest = manifest
        self._tensors = read_tensors(folder, manifest)
        self._reader = Reader(Remembered(encode))
        self._views = {
            name: tuple(view for view in VIEWS if any(view in head.views for head in task.fields.values()))
            for name, task in manifest.tasks.items()
        }

    @property
    def blends(self) -> dict[str, dict[str, Blend]]:
        """How each head counts beside the adapter, by task and field."""
        return {
            name: {path: Blend(head.weight, head.temperature) for path, head in task.fields.items()}
            for name, task in self._manifest.tasks.items()
        }

    def digest(self, task: str, language: Language) -> str | None:
        """See `Answerer`."""
        manifest, heads = self._manifest, self._manifest.tasks.get(task)
        if heads is None or language not in manifest.languages:
            return None
        shape = {path: [head.labels, head.views] for path, head in heads.fields.items()}
        return digest([manifest.features, SMOOTHING, manifest.encoder.digest, manifest.weights_digest, shape])

    def answer(self, task: str, histories: Sequence[CustomerHistory]) -> list[Shares]:
        """See `Answerer`."""
        heads = self._manifest.tasks.get(task)
        if heads is None:
            raise ModelError(f"There are no heads of task {task!r}; there are of {', '.join(self._manifest.tasks)}.")
        if not histories:
            return []
        views = self._views[task]
        whole = self._reader.features(histories, views)
        answers: list[dict[str, dict[str, float]]] = [{} for _ in histories]
        for path, head in heads.fields.items():
            weights = self._tensors[tensor_name(task, path)]
            shares = probabilities(weights, columns(whole, views, head.views))
            for answer, row in zip(answers, shares.tolist(), strict=True):
                answer[path] = dict(zip(head.labels, row, strict=True))
        return list(answers)


def columns(whole: "np.ndarray", views: Sequence[str], wanted: Sequence[str]) -> "np.ndarray":
    """The features of some views, and the facts, out of those of `views`."""
    import numpy as np

    size = (whole.shape[1] - FACTS) // len(views)
    parts = [whole[:, i * size : (i + 1) * size] for i, view in enumerate(views) if view in wanted]
    return np.concatenate([*parts, whole[:, whole.shape[1] - FACTS :]], axis=1)


def probabilities(weights: "np.ndarray", features: "np.ndarray") -> "np.ndarray":
    """Of each label for each row, float64 of shape [rows, labels].

    Raises:
        ModelError: the features are not as many as the weights.
    """
    import numpy as np
    from scipy.special import softmax

    if weights.shape[1] != features.shape[1] + 1:
        raise ModelError(f"These heads read {weights.shape[1] - 1} numbers, and the encoder gave {features.shape[1]}.")
    weights, features = weights.astype(np.float64), features.astype(np.float64)
    shares = softmax(features @ weights[:, :-1].T + weights[:, -1], axis=1)
    return np.asarray((1 - SMOOTHING) * shares + SMOOTHING / weights.shape[0])
