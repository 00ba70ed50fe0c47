"""Names of topics: the words that tell a topic from the others, and how well they say the same as it.

Words are ranked by class-based TF-IDF (Grootendorst, BERTopic, arXiv 2203.05794). A word that few customers used is
never one: it could be a name.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from fewsight.agents.reports.quotes.pieces import terms_of
from fewsight.statistics.arrays import Codes, Flags

KEYWORDS: Final = 3
FEWEST_USERS: Final = 5
"""Customers of a topic who must have used a word that names it."""


@dataclass(frozen=True, slots=True)
class Name:
    """Keywords, the share of the topic's sentences that hold one, and that of all sentences with one that are of it."""

    keywords: tuple[str, ...]
    coverage: float
    precision: float


def name_topics(texts: Sequence[str], customers: Codes, placed: Codes, topics: int) -> list[Name]:
    """The names of topics by number; `placed` is the topic of each text."""
    terms = [frozenset(_terms(text)) for text in texts]
    everywhere = Counter(term for several in terms for term in several)
    names = []
    for number in range(topics):
        inside = placed == number
        keywords = _keywords(terms, customers, inside, everywhere)
        has_one: Flags = np.array([not several.isdisjoint(keywords) for several in terms], dtype=bool)
        both, members, holders = int((inside & has_one).sum()), int(inside.sum()), int(has_one.sum())
        names.append(Name(keywords, both / members if members else 0.0, both / holders if holders else 0.0))
    return names


def _keywords(
    terms: Sequence[frozenset[str]], customers: Codes, inside: Flags, everywhere: Counter[str]
) -> tuple[str, ...]:
    users: dict[str, set[int]] = {}
    counts: Counter[str] = Counter()
    for number in np.flatnonzero(inside).tolist():
        for term in terms[number]:
            users.setdefault(term, set()).add(int(customers[number]))
            counts[term] += 1
    size, whole = max(int(inside.sum()), 1), len(terms)
    scores = {
        term: count / size * math.log(1 + whole / everywhere[term])
        for term, count in counts.items()
        if len(users[term]) >= FEWEST_USERS
    }
    return tuple(sorted(scores, key=lambda term: (-scores[term], term))[:KEYWORDS])


def _terms(text: str) -> list[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = [word for word in terms_of(text) if not word.startswith("[")]
    plain = [word for word in words if len(word) > 2 and word not in ENGLISH_STOP_WORDS and word.isalpha()]
    pairs = [first + second for first, second in pairwise(words) if _is_chinese(first + second)]
    return plain + pairs


def _is_chinese(text: str) -> bool:
    return len(text) == 2 and all("\u3400" <= letter <= "\u9fff" for letter in text)
