"""Selections for each history: the shots that are most like it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from fewsight.events import CustomerHistory
from fewsight.prompts.selection.index import Index
from fewsight.prompts.selection.pool import Exclusions, Pool
from fewsight.prompts.task import Shot

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Order = Literal["nearest-last", "shared"]
"""'nearest-last' puts the most similar shot next to the question; 'shared' begins with what most histories get."""

LAMBDA: Final = 0.7
"""Weight of likeness to the history; the rest is unlikeness to the shots chosen before."""


class NearestSelector:
    """The `k` nearest shots, or as many that are also unlike each other.

    The latter is maximal marginal relevance: Carbonell and Goldstein, The use of MMR, diversity-based reranking for
    reordering documents and producing summaries, SIGIR 1998.

    Args:
        pool: the shots.
        index: makes the index of a pool; called at the first selection, since it takes time on a large one.
        diverse: whether to use maximal marginal relevance.
        order: of the chosen shots.
    """

    def __init__(self, pool: Pool, index: Callable[[Sequence[Shot]], Index], diverse: bool, order: Order) -> None:
        self._pool = pool
        self._make_index = index
        self._diverse = diverse
        self._order = order
        self._chosen_by: Counter[int] = Counter()

    @property
    def exclusions(self) -> Exclusions:
        """What was kept out so far."""
        return self._pool.exclusions

    def select(self, histories: Sequence[CustomerHistory], k: int) -> list[tuple[Shot, ...]]:
        """At most `k` shots for each history."""
        barred = [self._pool.barred(history) for history in histories]
        if k == 0 or not self._pool.shots:
            return [()] * len(histories)
        count = max(50, 5 * k) if self._diverse else k
        near = self._index.nearest(histories, count, barred)
        return [self._arrange(indices, similar, k) for indices, similar in near]

    def settle(self, histories: Sequence[CustomerHistory], k: int) -> None:
        """Learn from a sample of histories which shots are chosen most: order 'shared' begins prompts with these.

        Call it before the first selection; what one history gets then depends on this sample, and on no other one.
        """
        counted = replace(self._pool.exclusions)
        places = {shot.id: index for index, shot in enumerate(self._pool.shots)}
        self._chosen_by = Counter(places[shot.id] for shots in self.select(histories, k) for shot in shots)
        self._pool.exclusions = counted

    @cached_property
    def _index(self) -> Index:
        return self._make_index(self._pool.shots)

    def _arrange(self, indices: "NDArray[np.intp]", similar: "NDArray[np.float32]", k: int) -> tuple[Shot, ...]:
        places = marginal_relevance(similar, self._index.between(indices), k) if self._diverse else range(len(indices))
        chosen = [int(indices[place]) for place in sorted(places, reverse=True)]  # nearest first, so reversed
        if self._order == "shared":
            chosen.sort(key=lambda index: (-self._chosen_by[index], index))
        return tuple(self._pool.shots[index] for index in chosen)


def marginal_relevance(similar: "NDArray[np.float32]", between: "NDArray[np.float32]", k: int) -> list[int]:
    """Positions of `k` candidates by maximal marginal relevance, in the order in which they are chosen.

    Args:
        similar: to the question, for each of n candidates.
        between: candidates' similarities to each other (n x n).
        k: how many; all where there are fewer.
    """
    import numpy as np

    chosen: list[int] = []
    closest = np.zeros(len(similar), dtype=np.float32)
    gain = LAMBDA * similar
    for _ in range(min(k, len(similar))):
        scores = np.round(gain - (1 - LAMBDA) * closest, 5)
        scores[chosen] = -np.inf
        best = int(scores.argmax())
        chosen.append(best)
        closest = np.maximum(closest, between[best])
    return chosen
