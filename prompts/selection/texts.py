"""What a history is about, as weighted texts: the newest event counts most."""

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from fewsight.events import AGENT_REPLY, CustomerHistory
from fewsight.texts.documents import own_words

if TYPE_CHECKING:
    import scipy.sparse as sp

EVENTS: Final = 20
"""The newest events that count."""

DECAY: Final = 0.8
"""Weight of an event relative to the next newer one."""

_MOST: Final = 2000


def texts_of(history: CustomerHistory) -> list[str]:
    """One text for each of the newest events, newest first; the profile where there are no events. Never empty."""
    own = [event for event in history.events if event.kind != AGENT_REPLY] or history.events
    texts = [
        " ".join(part for part in (own_words(event).strip() or event.kind, event.product) if part)
        for event in reversed(own[-EVENTS:])
    ]
    texts = texts or [" ".join(f"{key}={value}" for key, value in history.profile.items()) or "nothing"]
    return [clean(text) for text in texts]


def clean(text: str) -> str:
    """One form for what reads the same; long texts are cut.

    >>> clean("ＷＨＥＲＥ  is it")
    'where  is it'
    """
    return unicodedata.normalize("NFKC", text[:_MOST]).casefold()


def weighted_texts(histories: Sequence[CustomerHistory]) -> tuple[list[str], "sp.csr_matrix[Any]"]:
    """All texts of all histories, and a matrix (histories x texts) with their weights."""
    import numpy as np
    import scipy.sparse as sp

    texts: list[str] = []
    weights: list[float] = []
    starts = [0]
    for history in histories:
        mine = texts_of(history)
        texts += mine
        weights += [DECAY**rank for rank in range(len(mine))]
        starts.append(len(texts))
    shape = (len(histories), len(texts))
    data = (np.array(weights, dtype=np.float32), np.arange(len(texts)), np.array(starts))
    return texts, sp.csr_matrix(data, shape=shape)
