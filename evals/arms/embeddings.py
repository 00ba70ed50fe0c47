"""Sentence embeddings for classic models."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from fewsight.serving.models.names import DEFAULT_EMBEDDING, EMBEDDINGS


def encode(documents: Sequence[str]) -> np.ndarray:
    """Vectors of unit length, shape (documents, dimensions)."""
    return _vectors(tuple(documents))


def why_no_embeddings() -> str | None:
    """What to do where the model is not here; None where it is."""
    if EMBEDDINGS[DEFAULT_EMBEDDING].folder.is_dir():
        return None
    return f"its model is not here yet (`fewsight models pull {DEFAULT_EMBEDDING}`)"


@lru_cache(maxsize=2)
def _vectors(texts: tuple[str, ...]) -> np.ndarray:
    """Kept, because every field of a task asks for those of the same training and test rows."""
    from fewsight.serving.models.embeddings import SentenceEncoder
    from fewsight.serving.models.names import resolve_embedding_model

    vectors = SentenceEncoder(resolve_embedding_model().path).encode(texts)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
