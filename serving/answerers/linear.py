"""A linear head over the vectors of histories: what `names` and `encoder` are, which differ in how they are fitted."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fewsight.errors import ModelError
from fewsight.events import CustomerHistory
from fewsight.serving.answerers.heads import probabilities
from fewsight.serving.answerers.parts import PartInput

if TYPE_CHECKING:
    import numpy as np


class LinearPart:
    """Softmax of a linear function of vectors and facts, with a little spread evenly.

    Its tensors are by path: float32 of shape [labels, features + 1], the last column the bias.

    Raises:
        ModelError: some are missing or of another shape.
    """

    def __init__(self, given: PartInput) -> None:
        self._given = given
        self._weights = {path: _checked(given, path, labels) for path, labels in given.labels.items()}

    def shares(self, histories: Sequence[CustomerHistory]) -> Mapping[str, "np.ndarray"]:
        """See `Part`."""
        features = self._given.features(histories)
        return {path: probabilities(weights, features) for path, weights in self._weights.items()}


def _checked(given: PartInput, path: str, labels: Sequence[str]) -> "np.ndarray":
    weights = given.tensor(path)
    if weights.ndim != 2 or len(weights) != len(labels):
        raise ModelError(
            f"The answerer's weights of {path!r} in part {given.name!r} have shape {list(weights.shape)}, and it "
            f"has {len(labels)} labels; save it again."
        )
    return weights
