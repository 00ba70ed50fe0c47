"""Classic models of texts: what a language model has to beat, and what judges labels without one.

Models are scikit-learn's and take sequences of texts; an empty text counts as `EMPTY`.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EMPTY: Final = "."
"""Stands for a document without any text, which no vectoriser could fit."""

Shares = dict[str, float]
"""Probabilities by label; empty where a model has none."""


@dataclass(frozen=True)
class Classified:
    """A label and its probabilities for each document, and seconds that fitting and answering took."""

    answers: list[tuple[str, Shares]]
    fitting: float = 0.0
    answering: float = 0.0


def majority(labels: Sequence[str], documents: int) -> Classified:
    """The most frequent label, the first of equals in the alphabet, with the shares of all labels, so many times.

    >>> majority(["r", "l", "r"], 1).answers[0][0]
    'r'
    """
    counts = Counter(labels)
    best = min(counts, key=lambda label: (-counts[label], label))
    shares = {label: count / len(labels) for label, count in counts.items()}
    return Classified([(best, shares)] * documents)


def classify(
    make_model: Callable[[], Any], train: Sequence[str], labels: Sequence[str], asked: Sequence[str]
) -> Classified:
    """The label of each asked document, with probabilities of all labels of the training rows.

    A linear SVM has no probabilities. Where all training rows have one label, that is the answer.

    Args:
        make_model: an unfitted model of texts.
        train: documents to learn from, at least one.
        labels: theirs.
        asked: documents to answer.
    """
    if len(set(labels)) == 1:
        return majority(labels, len(asked))
    model = make_model()
    begun = time.monotonic()
    model.fit(_not_empty(train), list(labels))
    fitted = time.monotonic()
    answers = _answers(model, _not_empty(asked))
    return Classified(answers, fitted - begun, time.monotonic() - fitted)


def tfidf_logistic_regression() -> Any:  # noqa: ANN401 - scikit-learn is untyped
    """TF-IDF over words and over characters, with logistic regression."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(tfidf_features(), LogisticRegression(C=10, max_iter=1000))


def tfidf_svm() -> Any:  # noqa: ANN401 - scikit-learn is untyped
    """TF-IDF over words and over characters, with a linear support vector machine."""
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    return make_pipeline(tfidf_features(), LinearSVC())


def encoded_logistic_regression(encode: "Callable[[Sequence[str]], NDArray[np.floating[Any]]]") -> Any:  # noqa: ANN401
    """Logistic regression over vectors of shape (texts, dimensions), which `encode` makes."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    return make_pipeline(FunctionTransformer(encode), LogisticRegression(C=10, max_iter=1000))


def tfidf_features() -> Any:  # noqa: ANN401 - scikit-learn is untyped
    """TF-IDF over words and pairs of them, and over two to five characters. Punctuation counts as a word, so that no
    text is without any.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    words = TfidfVectorizer(token_pattern=r"\w+|[^\w\s]+", ngram_range=(1, 2), sublinear_tf=True)  # noqa: S106
    return make_union(words, TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True))


def _answers(model: Any, asked: Sequence[str]) -> list[tuple[str, Shares]]:  # noqa: ANN401 - scikit-learn is untyped
    predicted = [str(label) for label in model.predict(asked)]
    if not hasattr(model, "predict_proba"):
        return [(label, {}) for label in predicted]
    named = [str(label) for label in model.classes_]
    shares = model.predict_proba(asked).tolist()
    return [(label, dict(zip(named, row, strict=True))) for label, row in zip(predicted, shares, strict=True)]


def _not_empty(documents: Sequence[str]) -> list[str]:
    return [text.strip() or EMPTY for text in documents]
