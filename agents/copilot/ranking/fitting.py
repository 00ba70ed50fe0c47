"""Fitting a ranker on rows: steps with the move that was right, lists with the elements that were, texts with tools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fewsight.agents.copilot.evidence.elements import ELEMENT_FEATURES
from fewsight.agents.copilot.ranking.features import FEATURES
from fewsight.agents.copilot.ranking.ranker import Encode

if TYPE_CHECKING:
    import numpy as np

Choices = list[tuple[list[list[float]], int]]
"""Alternatives' features, and the place of the right one."""


@dataclass
class TextRows:
    """Texts, and the heads that hold for each; heads with the same `tool|argument` are only learned where one holds."""

    texts: list[str] = field(default_factory=list)
    heads: list[set[str]] = field(default_factory=list)


def fit_choices(rows: Choices, names: Sequence[str], penalty: float = 0.3) -> dict[str, float]:
    """Weights of a conditional logit with an L2 penalty, by name."""
    import numpy as np
    from scipy.optimize import minimize

    table = np.concatenate([np.asarray(alternatives, dtype=np.float64) for alternatives, _ in rows])
    sizes = [len(alternatives) for alternatives, _ in rows]
    starts = np.cumsum([0, *sizes[:-1]])
    right = starts + np.asarray([place for _, place in rows])
    owner = np.repeat(np.arange(len(rows)), sizes)

    def loss(weights: "np.ndarray") -> tuple[float, "np.ndarray"]:
        scores = table @ weights
        top = np.maximum.reduceat(scores, starts)
        odds = np.exp(scores - top[owner])
        total = np.add.reduceat(odds, starts)
        value = float((np.log(total) + top - scores[right]).sum() + penalty * (weights**2).sum())
        slope = table.T @ (odds / total[owner]) - table[right].sum(axis=0) + 2 * penalty * weights
        return value, slope

    done = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return {name: round(float(weight), 5) for name, weight in zip(names, done.x, strict=True)}


def fit_moves(rows: Choices) -> dict[str, float]:
    """Weights of moves' features."""
    return fit_choices(rows, FEATURES)


def fit_elements(rows: Choices) -> dict[str, float]:
    """Weights of elements' features; the first alternative of each row is to take none."""
    return fit_choices(rows, ELEMENT_FEATURES)


def fit_heads(rows: TextRows, encode: Encode) -> dict[str, list[float]]:
    """Logistic regressions on sentence embeddings, one for each head that holds for some texts and not for all."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    vectors = np.asarray(encode(rows.texts), dtype=np.float64)
    heads: dict[str, list[float]] = {}
    for name in sorted(set().union(*rows.heads)):
        group = name.rpartition("|")[0]
        places = [i for i, held in enumerate(rows.heads) if not group or any(h.startswith(group + "|") for h in held)]
        labels = np.asarray([name in rows.heads[i] for i in places])
        if labels.all() or not labels.any():
            continue
        model = LogisticRegression(C=30.0, max_iter=1000).fit(vectors[places], labels)
        heads[name] = [round(float(w), 5) for w in (*model.coef_[0], model.intercept_[0])]
    return heads


def fit_rest(shares: Sequence[Mapping[str, float]], right: Sequence[str], risk: float = 0.1) -> float:
    """The quantile with which sets of intents hold the right one in 1 - `risk` of texts (split conformal)."""
    import numpy as np

    scores = sorted(1 - each.get(name, 0.0) for each, name in zip(shares, right, strict=True))
    place = int(np.ceil((len(scores) + 1) * (1 - risk))) - 1
    return float(scores[place]) if place < len(scores) else 1.0
