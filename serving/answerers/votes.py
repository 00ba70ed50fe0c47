"""A vote of the labelled rows that are nearest in meaning."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fewsight.errors import ModelError, first_problem
from fewsight.events import CustomerHistory
from fewsight.serving.answerers.features import FACTS
from fewsight.serving.answerers.heads import SMOOTHING
from fewsight.serving.answerers.parts import PartInput

if TYPE_CHECKING:
    import numpy as np

VECTORS: Final = "vectors"
"""The tensor of stored vectors, float32 of shape [rows, dimensions]. Those of fields are codes of labels, int32 of
shape [rows], -1 where a row does not give the field; `code_name` says where they stand."""


class VoteSettings(BaseModel):
    """How many rows vote in a field, and how fast a vote weighs less with the cosine: exp(scale * cosine)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    neighbours: int = Field(ge=1)
    scale: float = Field(gt=0)


class VotingPart:
    """Similarity-weighted votes of the nearest rows (Dudani, The Distance-Weighted k-Nearest-Neighbor Rule, 1976).

    Raises:
        ModelError: its tensors or settings are not whole.
    """

    def __init__(self, given: PartInput) -> None:
        self._given = given
        try:
            self._settings = VoteSettings.model_validate(given.facts.settings)
        except ValidationError as error:
            raise ModelError(f"Part {given.name!r} of the answerer: {first_problem(error)}; save it again.") from error
        self._vectors = given.tensor(VECTORS)
        self._codes = {path: _checked(given, path, len(self._vectors)) for path in given.labels}

    def shares(self, histories: Sequence[CustomerHistory]) -> Mapping[str, "np.ndarray"]:
        """See `Part`."""
        read = self._given.features(histories)
        vectors = read[:, : read.shape[1] - FACTS]
        if vectors.shape[1] != self._vectors.shape[1]:
            raise ModelError(
                f"Part {self._given.name!r} has vectors of {self._vectors.shape[1]} numbers, and the encoder gave "
                f"{vectors.shape[1]}."
            )
        near = vectors @ self._vectors.T
        return {
            path: votes(near, self._codes[path], len(labels), self._settings)
            for path, labels in self._given.labels.items()
        }


def code_name(path: str) -> str:
    """Where the codes of a field stand, which may itself be called as the vectors are.

    >>> code_name("vectors")
    'codes/vectors'
    """
    return f"codes/{path}"


def votes(near: "np.ndarray", codes: "np.ndarray", labels: int, settings: VoteSettings) -> "np.ndarray":
    """Probabilities, float64 of shape [asked, labels]; even where no row gives the field.

    Args:
        near: cosines of shape [asked, rows].
        codes: labels of the rows, -1 for none.
        labels: how many there are.
        settings: of the vote.
    """
    import numpy as np

    given = codes >= 0
    near, codes = near[:, given].astype(np.float64), codes[given]
    shares = np.full((len(near), labels), 1.0 / labels)
    if len(codes):
        most = min(settings.neighbours, len(codes))
        nearest = np.argsort(-near, axis=1, kind="stable")[:, :most]
        cosines = np.take_along_axis(near, nearest, axis=1)
        weights = np.exp(settings.scale * (cosines - cosines[:, :1]))
        counted = np.zeros_like(shares)
        np.add.at(counted, (np.arange(len(near))[:, None], codes[nearest]), weights)
        shares = counted / counted.sum(axis=1, keepdims=True)
    return np.asarray((1 - SMOOTHING) * shares + SMOOTHING / labels)


def _checked(given: PartInput, path: str, rows: int) -> "np.ndarray":
    codes = given.tensor(code_name(path))
    if codes.shape != (rows,) or (codes >= len(given.labels[path])).any():
        raise ModelError(f"Part {given.name!r} of the answerer has no codes of {path!r} for its rows; save it again.")
    return codes
