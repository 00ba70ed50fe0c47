"""Fitting parts over facts: logistic regression and boosted trees, their strength chosen by rows of other customers."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from fewsight.serving.answerers.facts.models import IS_LEAF, Scaling
from fewsight.serving.answerers.stored import Tensors
from fewsight.statistics.arrays import Codes, Floats

STRENGTHS: Final = (0.003, 0.03, 0.3)
"""Inverse strengths of regularisation that are tried."""

_MOST_WEIGHTS: Final = 3_000
"""Up to which a model is fitted by Newton's method, which holds a table of weights by weights."""

ROUNDS: Final = 300
_SMALL: Final = 5_000_000
"""Cells of a table that one thread boosts as fast as several, which wait for each other where the machine is busy."""

_FOLDS: Final = 3
_TREES: Final = {"learning_rate": 0.05, "max_leaf_nodes": 12, "min_samples_leaf": 20, "l2_regularization": 5.0}
_NODE: Final = ("feature_idx", "num_threshold", "left", "right", "missing_go_to_left", "value", "is_leaf")


def fit_linear(columns: Floats, codes: Codes, customers: Codes) -> tuple[Scaling, Tensors]:
    """Logistic regression on scaled columns of shape [rows, columns]; `codes` are labels, -1 for rows without any.

    Gives `classes` and `weights`; see `FactsPart`.
    """
    scaling = Scaling.of(columns)
    given = codes >= 0
    features, known, whose = scaling.features(columns)[given], codes[given], customers[given]
    classes = np.unique(known)
    if len(classes) < 2:
        return scaling, {"classes": classes.astype(float), "weights": np.zeros((1, features.shape[1] + 1))}
    size = features.shape[1] * len(classes)
    models = [_logistic(strength, size) for strength in STRENGTHS]
    losses = [sum(_loss(model, features, known, fold) for fold in _folds(whose, known)) for model in models]
    model = models[int(np.argmin(losses))].fit(features, known)
    weights = np.column_stack([model.coef_, model.intercept_])
    if len(classes) == 2:
        weights = np.vstack([np.zeros_like(weights), weights])
    return scaling, {"classes": classes.astype(float), "weights": weights}


def fit_trees(columns: Floats, codes: Codes, customers: Codes) -> Tensors:
    """Histogram gradient boosting (scikit-learn's, after LightGBM, NeurIPS 2017) on the same.

    Missing values have a side of their own. The number of rounds is that of least log loss on rows of customers that
    were held back. Gives `classes`, `trees` and `base`; see `FactsPart`.
    """
    from threadpoolctl import threadpool_limits

    given = codes >= 0
    rows, known, whose = columns[given], codes[given], customers[given]
    classes = np.unique(known)
    if len(classes) < 2:
        empty = np.zeros((0, 1, 1, len(_NODE)))
        return {"classes": classes.astype(float), "trees": empty, "base": np.zeros(1)}
    with threadpool_limits(1 if rows.size < _SMALL else None, "openmp"):
        model = _boosting(_best_rounds(rows, known, whose)).fit(rows, known)
    return {"classes": classes.astype(float), **_dumped(model)}


def _best_rounds(rows: Floats, codes: Codes, customers: Codes) -> int:
    losses = np.zeros(ROUNDS)
    for train, test in _folds(customers, codes):
        model = _boosting(ROUNDS).fit(rows[train], codes[train])
        staged = model.staged_predict_proba(rows[test])
        losses += [_log_loss(shares, model.classes_, codes[test]) for shares in staged]
    return int(np.argmin(losses)) + 1 if losses.any() else ROUNDS // 4


def _dumped(model: Any) -> dict[str, Floats]:  # noqa: ANN401 - scikit-learn is untyped
    """The trees as numbers: what is saved is no code, and is read by any version."""
    rounds = model._predictors
    most = max(len(tree.nodes) for one in rounds for tree in one)
    trees = np.zeros((len(rounds), len(rounds[0]), most, len(_NODE)))
    trees[..., IS_LEAF] = 1
    for number, one in enumerate(rounds):
        for place, tree in enumerate(one):
            for at, name in enumerate(_NODE):
                trees[number, place, : len(tree.nodes), at] = tree.nodes[name]
    return {"trees": trees, "base": np.asarray(model._baseline_prediction, dtype=float).reshape(-1)}


def _folds(customers: Codes, codes: Codes) -> Iterator[tuple[Codes, Codes]]:
    """Rows to fit and rows to judge, customers apart; those without all classes on the side of fitting are left out."""
    from sklearn.model_selection import GroupKFold

    count = min(_FOLDS, len(np.unique(customers)))
    if count < 2:
        return
    for train, test in GroupKFold(count).split(codes, codes, customers):
        if len(np.unique(codes[train])) == len(np.unique(codes)):
            yield train, test


def _loss(model: Any, features: Floats, codes: Codes, fold: tuple[Codes, Codes]) -> float:  # noqa: ANN401 - untyped
    train, test = fold
    model.fit(features[train], codes[train])
    return _log_loss(model.predict_proba(features[test]), model.classes_, codes[test])


def _log_loss(shares: Floats, classes: Codes, codes: Codes) -> float:
    given = shares[np.arange(len(codes)), np.searchsorted(classes, codes)]
    return float(-np.log(np.maximum(given, 1e-9)).sum())


def _logistic(strength: float, weights: int) -> Any:  # noqa: ANN401 - scikit-learn is untyped
    from sklearn.linear_model import LogisticRegression

    # features that are nearly the same, such as a value and its logarithm, let first-order methods creep
    solver = "newton-cholesky" if weights <= _MOST_WEIGHTS else "lbfgs"
    return LogisticRegression(C=strength, solver=solver, max_iter=500)


def _boosting(rounds: int) -> Any:  # noqa: ANN401 - scikit-learn is untyped
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=rounds, early_stopping=False, random_state=0, **_TREES)
