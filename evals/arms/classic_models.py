"""Models without a language model: what an arm has to beat."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from fewsight.finetune.labels.noise import classic_model, text_features

Shares = dict[str, float]
"""Probabilities by label; empty where a model has none."""

EMPTY: Final = "."
"""Stands for a document without any text, which no vectoriser could fit."""


@dataclass(frozen=True)
class Classified:
    """A label and its probabilities for each document, and seconds that fitting and answering took."""

    answers: list[tuple[str, Shares]]
    fitting: float = 0.0
    answering: float = 0.0


def classify(kind: str, train: Sequence[str], labels: Sequence[str], asked: Sequence[str]) -> Classified:
    """The label of each asked document, with probabilities of all labels of the training rows.

    'majority' answers the most frequent label, the first of equals in the alphabet, with the labels' shares. A linear
    SVM has no probabilities. Where all training rows have one label, that is the answer.

    Args:
        kind: 'majority', 'tfidf-lr', 'tfidf-svm' or 'embeddings-lr'.
        train: documents to learn from, at least one.
        labels: theirs.
        asked: documents to answer.
    """
    counts = Counter(labels)
    if kind == "majority" or len(counts) == 1:
        best = min(counts, key=lambda label: (-counts[label], label))
        shares = {label: count / len(labels) for label, count in counts.items()}
        return Classified([(best, shares)] * len(asked))
    begun = time.monotonic()
    model, read = _model(kind)
    model.fit(read(train), list(labels))
    fitted = time.monotonic()
    answers = _answers(model, read(asked))
    return Classified(answers, fitted - begun, time.monotonic() - fitted)


def _answers(model: Any, asked: Any) -> list[tuple[str, Shares]]:  # noqa: ANN401 - scikit-learn is untyped
    predicted = [str(label) for label in model.predict(asked)]
    if not hasattr(model, "predict_proba"):
        return [(label, {}) for label in predicted]
    named = [str(label) for label in model.classes_]
    shares = model.predict_proba(asked).tolist()
    return [(label, dict(zip(named, row, strict=True))) for label, row in zip(predicted, shares, strict=True)]


def _model(kind: str) -> tuple[Any, Callable[[Sequence[str]], Any]]:
    """An unfitted model, and what makes its input of documents."""
    if kind == "tfidf-lr":
        return classic_model(), _texts
    if kind == "tfidf-svm":
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC

        return make_pipeline(text_features(), LinearSVC()), _texts
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10, max_iter=1000), _embedded


def _texts(documents: Sequence[str]) -> list[str]:
    return [text.strip() or EMPTY for text in documents]


def _embedded(documents: Sequence[str]) -> np.ndarray:
    """Vectors of unit length, shape (documents, dimensions)."""
    return _vectors(tuple(_texts(documents)))


@lru_cache(maxsize=2)
def _vectors(texts: tuple[str, ...]) -> np.ndarray:
    """Kept, because every field of a task asks for those of the same training and test rows."""
    from fewsight.serving.models.embeddings import SentenceEncoder
    from fewsight.serving.models.names import resolve_embedding_model

    vectors = SentenceEncoder(resolve_embedding_model().path).encode(texts)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
