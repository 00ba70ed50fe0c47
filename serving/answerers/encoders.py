"""Sentence encoders by name: found, checked, loaded when they are asked first, and side by side as one."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.errors import ModelError
from fewsight.serving.answerers.stored import EncoderFacts
from fewsight.serving.models.names import EMBEDDINGS, resolve_embedding_model

if TYPE_CHECKING:
    import numpy as np

    from fewsight.serving.models.embeddings import SentenceEncoder

Encode = Callable[[Sequence[str]], "np.ndarray"]
"""Texts to unit vectors, float32, of shape [texts, dimensions]."""

MOST_KEPT: Final = 8192
"""Vectors that are kept, because all tasks and parts read the same texts of a customer."""


class Remembered:
    """An `Encode` that encodes each text once, as long as it keeps it."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._vectors: dict[str, np.ndarray] = {}

    def __call__(self, texts: Sequence[str]) -> "np.ndarray":
        """The vectors of texts; all that are new are encoded at once."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if len(self._vectors) + len(new) > MOST_KEPT:
            self._vectors, new = {}, list(dict.fromkeys(texts))
        if new:
            self._vectors |= dict(zip(new, self._encode(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])


def lazy_encode(folder: Path) -> Encode:
    """`encode` of the sentence encoder in a folder, which is loaded when it is called first."""

    @lru_cache(maxsize=1)
    def load() -> "SentenceEncoder":
        from fewsight.serving.models.embeddings import SentenceEncoder

        return SentenceEncoder(folder)

    return lambda texts: load().encode(texts)


def find_encoder(name: str) -> tuple[EncoderFacts, Encode]:
    """An encoder by its name, with what an answerer notes of it.

    Raises:
        ModelError: it is not here and can't be fetched.
    """
    try:
        model = resolve_embedding_model(name)
    except ModelError as error:
        pull = f" Fetch it with `fewsight models pull {name}`." if name in EMBEDDINGS else ""
        raise ModelError(f"The sentence encoder {name!r} is not here: {error}{pull}") from error
    return EncoderFacts(name=name, digest=model.digest), _shared(model.path)


def known_encoder(facts: EncoderFacts, what: str) -> Encode:
    """The encoder that `what` was fitted on.

    Raises:
        ModelError: it is not here, or another one has its name.
    """
    now, encode = find_encoder(facts.name)
    if now.digest != facts.digest:
        raise ModelError(
            f"{what} was fitted on encoder {facts.name!r} {facts.digest[:12]}, and this is {now.digest[:12]}. Fit it "
            "again, or take the encoder of then."
        )
    return encode


def side_by_side(encoders: Iterable[Encode]) -> Encode:
    """Vectors of several encoders, one after the other, so scaled that all together are of length 1."""
    several = tuple(encoders)

    def encode(texts: Sequence[str]) -> "np.ndarray":
        import numpy as np

        return np.concatenate([one(texts) for one in several], axis=1) / np.float32(len(several) ** 0.5)

    return several[0] if len(several) == 1 else encode


@lru_cache(maxsize=4)
def _shared(folder: Path) -> Encode:
    """One encoder of a folder serves all parts and arms of this process."""
    return Remembered(lazy_encode(folder))
