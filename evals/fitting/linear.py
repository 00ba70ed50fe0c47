"""Linear heads of answerers: of label names alone, and of labelled rows with the names as further rows."""

from typing import Final

import numpy as np

from fewsight.errors import InputError
from fewsight.evals.fitting.folds import customer_folds
from fewsight.evals.fitting.label_words import has_names, label_texts, read_alike, require_names
from fewsight.evals.fitting.rows import LearnedRows
from fewsight.finetune.recipes.head_fitting import Rows, fit_head
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.task import Task
from fewsight.serving.answerers.encoders import Encode
from fewsight.serving.answerers.features import FACTS
from fewsight.serving.answerers.heads import probabilities
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.probabilities import log_loss

SCALE: Final = 20.0
"""What cosines are multiplied by before the softmax: the scale that these encoders were trained with."""

NAME_WEIGHT: Final = 1.0
"""How much the name of a label counts as a row of it. Between 0.5 and 2 it makes no difference on validation rows."""

REGULARISATIONS: Final = (10.0, 30.0, 100.0)
"""C of the logistic regression, one of which is chosen by cross-validation."""

USUAL: Final = 30.0
"""Where there are too few rows to choose."""

FOLDS: Final = 3
MOST: Final = 1500
"""Rows that C is chosen on."""


def names_tensors(task: Task, encode: Encode) -> dict[str, Floats]:
    """By path, the head whose rows are the vectors of the labels' names, as `LinearPart` reads it with one view.

    Raises:
        InputError: the labels of a field can't be told apart by name.
    """
    tensors = {}
    for field in closed_fields(task.output):
        require_names(task, field)
        vectors = name_vectors(task, field, encode)
        nothing = np.zeros((len(field.labels), FACTS + 1))
        tensors[field.path] = np.concatenate([SCALE * vectors, nothing], axis=1).astype(np.float32)
    return tensors


def name_vectors(task: Task, field: ClosedField, encode: Encode) -> Floats:
    """Unit vectors of a field's labels, [labels, dimensions]: the mean of all texts that stand for one."""
    texts = label_texts(task, field)
    vectors = encode([text for own in texts for text in own])
    ends = np.cumsum([len(own) for own in texts])
    means = np.stack([part.mean(axis=0) for part in np.split(vectors, ends[:-1])])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


def encoder_tensors(task: Task, learned: LearnedRows, encode: Encode) -> dict[str, Floats]:
    """By path, a head that is fitted on rows and label names, as `LinearPart` reads it with the rows' views.

    Raises:
        InputError: no row gives a field.
    """
    return {field.path: _fitted(task, field, learned, encode) for field in closed_fields(task.output)}


def _fitted(task: Task, field: ClosedField, learned: LearnedRows, encode: Encode) -> Floats:
    codes = learned.codes(field)
    given = codes >= 0
    if not given.any():
        raise InputError(
            f"No training row gives {field.path!r} of task {task.name!r}, so nothing can be learned of it."
        )
    rows = Rows(learned.features[given], codes[given], np.ones(int(given.sum())))
    names = _name_rows(task, field, rows.features, len(learned.views), encode)
    labels = len(field.labels)
    chosen = _regularisation(rows, names, learned.customers[given], labels)
    return _head(_joined(rows, names), labels, chosen)


def _name_rows(task: Task, field: ClosedField, features: Floats, views: int, encode: Encode) -> Rows:
    """A row for each label whose name says which it is; its facts are the mean of all rows'."""
    alike = read_alike(field, label_texts(task, field)) if has_names(field) else set(range(len(field.labels)))
    kept = np.array([place for place in range(len(field.labels)) if place not in alike], dtype=np.int64)
    if not len(kept):
        return Rows(features[:0], kept, np.zeros(0))
    vectors = np.tile(name_vectors(task, field, encode)[kept], (1, views))
    facts = np.tile(features[:, features.shape[1] - FACTS :].mean(axis=0), (len(kept), 1))
    return Rows(np.concatenate([vectors, facts], axis=1), kept, np.full(len(kept), NAME_WEIGHT))


def _joined(rows: Rows, names: Rows) -> Rows:
    return Rows(
        np.concatenate([rows.features, names.features]),
        np.concatenate([rows.gold, names.gold]),
        np.concatenate([rows.weights, names.weights]),
    )


def _head(rows: Rows, labels: int, regularisation: float) -> Floats:
    """The fitted head; where all rows have one label, that is the answer."""
    if len(np.unique(rows.gold)) > 1:
        return fit_head(rows, labels, regularisation)
    head = np.zeros((labels, rows.features.shape[1] + 1), dtype=np.float32)
    head[:, -1] = -SCALE
    head[rows.gold[0], -1] = 0.0
    return head


def _regularisation(rows: Rows, names: Rows, customers: Codes, labels: int) -> float:
    """The C with the least log loss on rows that it was not fitted on; a customer's rows are held back together."""
    if len(np.unique(customers)) < 2 * FOLDS:
        return USUAL
    chosen = np.random.default_rng(0).permutation(len(rows.gold))[:MOST]
    sample = Rows(rows.features[chosen], rows.gold[chosen], rows.weights[chosen])
    losses = []
    for regularisation in REGULARISATIONS:
        shares = np.empty((len(sample.gold), labels))
        for held in customer_folds(customers[chosen], FOLDS, seed=1):
            fit = Rows(sample.features[~held], sample.gold[~held], sample.weights[~held])
            head = _head(_joined(fit, names), labels, regularisation)
            shares[held] = probabilities(head, sample.features[held])
        losses.append(log_loss(shares, sample.gold).value)
    return REGULARISATIONS[int(np.argmin(losses))]
