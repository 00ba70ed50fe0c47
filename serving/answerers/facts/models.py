"""Models over columns of facts, as tensors: how they are applied."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    import numpy as np

FEATURE, THRESHOLD, LEFT, RIGHT, MISSING_LEFT, VALUE, IS_LEAF = range(7)
"""Places of a tree's node."""

SPREAD: Final = 1e-4
"""Share of the probability that is spread evenly, so that no label is impossible."""


@dataclass(frozen=True)
class Scaling:
    """How columns become features of a linear model: as they are, as signed logarithms, and as whether they are known.

    Float64 of shape [columns] or, for `mean` and `scale`, [3 columns]; what is not known is at the mean, and a
    feature that is constant among training rows is 0.
    """

    mean: "np.ndarray"
    scale: "np.ndarray"

    @classmethod
    def of(cls, columns: "np.ndarray") -> Self:
        """Of training rows of shape [rows, columns]."""
        import numpy as np

        features = _spread_out(columns)
        known = ~np.isnan(features)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, features, 0).sum(axis=0) / count
        spread = np.sqrt(np.where(known, (features - mean) ** 2, 0).sum(axis=0) / count)
        return cls(mean, np.where(spread > 1e-12, spread, np.inf))

    def features(self, columns: "np.ndarray") -> "np.ndarray":
        """Of shape [rows, 3 columns], bounded, so that no value that is far beyond those of training decides alone."""
        import numpy as np

        return np.asarray(np.clip(np.nan_to_num((_spread_out(columns) - self.mean) / self.scale), -8, 8))


def linear_shares(weights: "np.ndarray", features: "np.ndarray") -> "np.ndarray":
    """Softmax of weights [classes, features + 1], the last of them the bias: [rows, classes]."""
    import numpy as np
    from scipy.special import softmax

    return np.asarray(softmax(features @ weights[:, :-1].T + weights[:, -1], axis=1))


def tree_shares(trees: "np.ndarray", base: "np.ndarray", columns: "np.ndarray") -> "np.ndarray":
    """Softmax of a base [scores] and trees [rounds, scores, nodes, 7] over columns [rows, columns].

    A single score is that of the second class of two.
    """
    import numpy as np
    from scipy.special import softmax

    scores = np.tile(base, (len(columns), 1))
    for one_round in trees:
        for place, nodes in enumerate(one_round):
            scores[:, place] += _leaves(nodes, columns)
    scores = np.column_stack([np.zeros(len(scores)), scores]) if scores.shape[1] == 1 else scores
    return np.asarray(softmax(scores, axis=1))


def of_labels(shares: "np.ndarray", classes: "np.ndarray", labels: int) -> "np.ndarray":
    """Probabilities of classes, which are places of labels, as those of all labels: [rows, labels]."""
    import numpy as np

    whole = np.zeros((len(shares), labels))
    whole[:, classes.astype(int)] = shares
    return (1 - SPREAD) * whole + SPREAD / labels


def _leaves(nodes: "np.ndarray", columns: "np.ndarray") -> "np.ndarray":
    import numpy as np

    rows, at = np.arange(len(columns)), np.zeros(len(columns), dtype=int)
    while True:
        here = nodes[at]
        open_ = here[:, IS_LEAF] == 0
        if not open_.any():
            return np.asarray(here[:, VALUE])
        cells = columns[rows, here[:, FEATURE].astype(int)]
        is_left = np.where(np.isnan(cells), here[:, MISSING_LEFT] > 0, cells <= here[:, THRESHOLD])
        at = np.where(open_, np.where(is_left, here[:, LEFT], here[:, RIGHT]).astype(int), at)


def _spread_out(columns: "np.ndarray") -> "np.ndarray":
    import numpy as np

    logs = np.sign(columns) * np.log1p(np.abs(columns))
    return np.hstack([columns, logs, np.isnan(columns).astype(float)])
