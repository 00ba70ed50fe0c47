"""Selections that are the same for everybody in a run, so that all prompts share the block of shots.

Only a customer who must not see one of them gets others in its place.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from fewsight.answers import flatten, split_path
from fewsight.events import CustomerHistory
from fewsight.prompts.selection.pool import Exclusions, Pool, seeded
from fewsight.prompts.task import Shot

_CANDIDATES: Final = 32
"""How many shots of a label compete for a place."""

_WORD: Final = re.compile(r"[\u3400-\u9fff]|\w+")


class RandomSelector:
    """The first `k` shots of one seeded order."""

    def __init__(self, pool: Pool, seed: int) -> None:
        self._pool = pool
        self._ranked = pool.ranked(seed)

    @property
    def exclusions(self) -> Exclusions:
        """What was kept out so far."""
        return self._pool.exclusions

    def select(self, histories: Sequence[CustomerHistory], k: int) -> list[tuple[Shot, ...]]:
        """At most `k` shots for each history."""
        return [self._choose(self._pool.barred(history), k) for history in histories]

    def _choose(self, barred: Collection[int], k: int) -> tuple[Shot, ...]:
        chosen: list[Shot] = []
        for index in self._ranked:
            if len(chosen) == k:
                break
            if index not in barred:
                chosen.append(self._pool.shots[index])
        return tuple(chosen)


class BalancedSelector:
    """Equal numbers of shots for each label of the first closed field, unlike each other where there is a choice.

    Labels take turns in a seeded order, so their counts differ by one at most while the pool lasts, and fewer shots
    than labels show as many labels as there are shots.
    """

    def __init__(self, pool: Pool, seed: int) -> None:
        self._pool = pool
        self._groups: dict[str, list[int]] = {}
        for index in pool.ranked(seed):
            self._groups.setdefault(first_label(pool.shots[index]), []).append(index)
        self._labels = sorted(self._groups, key=lambda label: seeded(seed, label))
        self._traits = lru_cache(maxsize=100_000)(lambda index: traits(pool.shots[index]))
        self._choose = lru_cache(maxsize=1024)(self._choose_uncached)

    @property
    def exclusions(self) -> Exclusions:
        """What was kept out so far."""
        return self._pool.exclusions

    def select(self, histories: Sequence[CustomerHistory], k: int) -> list[tuple[Shot, ...]]:
        """At most `k` shots for each history."""
        usual = self._choose(frozenset(), k)
        chosen = []
        for history in histories:
            barred = self._pool.barred(history)
            mine = usual if barred.isdisjoint(usual) else self._choose(barred, k)
            chosen.append(tuple(self._pool.shots[index] for index in mine))
        return chosen

    def _choose_uncached(self, barred: frozenset[int], k: int) -> tuple[int, ...]:
        left = {label: [i for i in self._groups[label] if i not in barred] for label in self._labels}
        chosen: list[int] = []
        while len(chosen) < k and any(left.values()):
            for label in self._labels:
                if left[label] and len(chosen) < k:
                    best = min(left[label][:_CANDIDATES], key=lambda index: self._likeness(index, chosen))
                    left[label].remove(best)
                    chosen.append(best)
        return tuple(chosen)

    def _likeness(self, index: int, chosen: Sequence[int]) -> float:
        """Jaccard similarity to the most similar shot chosen so far."""
        mine = self._traits(index)
        pairs = ((len(mine & other), len(mine | other)) for other in map(self._traits, chosen))
        return max((both / either for both, either in pairs if either), default=0.0)


def first_label(shot: Shot) -> str:
    """The answer's first value: closed fields come first in an answer."""
    return next(iter(_words(shot.answer).values()), "")


def traits(shot: Shot) -> frozenset[str]:
    """The words of a shot and the values of its answer."""
    text = " ".join(f"{event.kind} {event.text or ''} {event.product or ''}" for event in shot.history.events)
    values = [f"{split_path(path)[1]}={value}" for path, value in _words(shot.answer).items()]
    return frozenset([*_WORD.findall(text[:4000].casefold()), *values])


def _words(answer: Mapping[str, Any]) -> dict[str, str]:
    values = flatten(answer)
    return {path: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for path, v in values.items()}
