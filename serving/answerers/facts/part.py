"""A part of an answerer over facts and the profile, without any text: logistic regression or boosted trees."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import ModelError
from fewsight.events import CustomerHistory
from fewsight.serving.answerers.facts.columns import FactColumns
from fewsight.serving.answerers.facts.models import Scaling, linear_shares, of_labels, tree_shares
from fewsight.serving.answerers.parts import PartInput

if TYPE_CHECKING:
    import numpy as np

KIND: Final = "facts"
TREES: Final = "trees"
LINEAR: Final = "linear"


class FactsPart:
    """Opened with settings `columns` (see `FactColumns`) and `model`, 'linear' or 'trees'.

    Its tensors are by path: `PATH.classes`, places of the labels that training rows have, and `PATH.weights` (see
    `linear_shares`), or `PATH.trees` and `PATH.base` (see `tree_shares`); of linear ones also `mean` and `scale`.

    Raises:
        ModelError: some are missing, or the settings are others.
    """

    def __init__(self, given: PartInput) -> None:
        settings: Mapping[str, Any] = given.facts.settings
        self._given = given
        try:
            self._columns = FactColumns.from_dict(settings["columns"])
            self._is_linear = {LINEAR: True, TREES: False}[settings["model"]]
        except (LookupError, TypeError, AttributeError) as error:
            raise ModelError(f"Part {given.name!r} of the answerer has no settings of facts; save it again.") from error
        self._scaling = Scaling(given.tensor("mean"), given.tensor("scale")) if self._is_linear else None
        for path in given.labels:
            for what in ("classes", *(["weights"] if self._is_linear else ["trees", "base"])):
                given.tensor(f"{path}.{what}")

    def shares(self, histories: Sequence[CustomerHistory]) -> Mapping[str, "np.ndarray"]:
        """See `Part`."""
        columns = self._columns.read(histories)
        features = self._scaling.features(columns) if self._scaling else columns
        return {path: self._of(path, features, len(labels)) for path, labels in self._given.labels.items()}

    def _of(self, path: str, features: "np.ndarray", labels: int) -> "np.ndarray":
        classes = self._given.tensor(f"{path}.classes")
        if self._is_linear:
            return of_labels(linear_shares(self._given.tensor(f"{path}.weights"), features), classes, labels)
        trees, base = (self._given.tensor(f"{path}.{what}") for what in ("trees", "base"))
        return of_labels(tree_shares(trees, base, features), classes, labels)
