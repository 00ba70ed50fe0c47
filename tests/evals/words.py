"""An encoder of words, so that texts which share some are near: for tests of what is fitted on vectors."""

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pytest

from fewsight.evals.arms import fitted
from fewsight.serving.answerers import encoders
from tests.serving.answerers.support import encoder_facts

SIZE = 64


def encode(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors that count words in random directions."""
    vectors = np.array([[1e-3] + [0.0] * (SIZE - 1)] * len(texts))
    for vector, text in zip(vectors, texts, strict=True):
        for word in "".join(c if c.isalnum() else " " for c in text.lower()).split():
            vector += _direction(word)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def use_word_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """All encoders of arms and of answerers' folders are this one, whatever they are called."""
    for module in (encoders, fitted):
        monkeypatch.setattr(module, "find_encoder", lambda name: (encoder_facts(name), encode))


@lru_cache(maxsize=5000)
def _direction(word: str) -> np.ndarray:
    return np.random.default_rng(zlib.crc32(word.encode())).normal(size=SIZE)
