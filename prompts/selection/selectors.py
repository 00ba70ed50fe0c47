"""Choosing the shots of a prompt: never the customer's own, never a later event, always the same for the same seed."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final, Literal, Protocol, get_args

from fewsight.errors import ConfigError, did_you_mean
from fewsight.events import CustomerHistory
from fewsight.prompts.selection.fixed import BalancedSelector, RandomSelector
from fewsight.prompts.selection.index import EmbeddingIndex, Encoder, TfidfIndex
from fewsight.prompts.selection.nearest import NearestSelector, Order
from fewsight.prompts.selection.pool import Exclusions, Pool
from fewsight.prompts.task import Shot

SelectorKind = Literal["random", "balanced", "knn", "mmr"]
KINDS: Final[tuple[SelectorKind, ...]] = get_args(SelectorKind)

__all__ = ["KINDS", "Encoder", "Exclusions", "Order", "SelectorKind", "ShotSelector", "make_selector"]


class ShotSelector(Protocol):
    """Chooses shots for histories."""

    @property
    def exclusions(self) -> Exclusions:
        """What was kept out so far."""

    def select(self, histories: Sequence[CustomerHistory], k: int) -> list[tuple[Shot, ...]]:
        """At most `k` shots for each history, in the order in which they are shown; what one history gets does not
        depend on the others.
        """


def make_selector(
    kind: SelectorKind,
    shots: Sequence[Shot],
    *,
    seed: int,
    as_of: datetime | None,
    encoder: Encoder | None = None,
    order: Order = "nearest-last",
) -> ShotSelector:
    """A selector over `shots`.

    `random` and `balanced` choose once for a whole run, so that all prompts share their shots; only who must not see
    one of them gets another. `knn` and `mmr` choose for each history, by TF-IDF or, with an `encoder`, by sentence
    embeddings. Shots with an event after `as_of` (aware) are left out.

    Raises:
        ConfigError: an unknown kind, or shots that share an id.
    """
    if kind not in KINDS:
        raise ConfigError(f"no selector {kind!r}.{did_you_mean(kind, KINDS)}")
    if len({shot.id for shot in shots}) != len(shots):
        raise ConfigError("two shots of the pool have the same id; give each its own")
    pool = Pool(shots, as_of)
    if kind == "random":
        return RandomSelector(pool, seed)
    if kind == "balanced":
        return BalancedSelector(pool, seed)
    index = partial(EmbeddingIndex, encoder=encoder) if encoder else TfidfIndex
    return NearestSelector(pool, index, kind == "mmr", order)
