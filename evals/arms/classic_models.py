"""Models without a language model by the word for their arm."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np

from fewsight.texts.classic import (
    Classified,
    classify,
    encoded_logistic_regression,
    majority,
    tfidf_logistic_regression,
    tfidf_svm,
)


def classified(word: str, train: Sequence[str], labels: Sequence[str], asked: Sequence[str]) -> Classified:
    """The answers of the classic model with this word."""
    return majority(labels, len(asked)) if word == "majority" else classify(_MODELS[word], train, labels, asked)


def _encode(documents: Sequence[str]) -> np.ndarray:
    """Vectors of unit length, shape (documents, dimensions)."""
    return _vectors(tuple(documents))


@lru_cache(maxsize=2)
def _vectors(texts: tuple[str, ...]) -> np.ndarray:
    """Kept, because every field of a task asks for those of the same training and test rows."""
    from fewsight.serving.models.embeddings import SentenceEncoder
    from fewsight.serving.models.names import resolve_embedding_model

    vectors = SentenceEncoder(resolve_embedding_model().path).encode(texts)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


_MODELS: Final[dict[str, Callable[[], Any]]] = {
    "tfidf-lr": tfidf_logistic_regression,
    "tfidf-svm": tfidf_svm,
    "embeddings-lr": partial(encoded_logistic_regression, _encode),
}
