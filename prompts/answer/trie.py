"""Labels as token sequences: where they branch, and which tokens decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, count, pairwise
from operator import ne


@dataclass(frozen=True)
class TokenTrie:
    """The token sequences of a closed field's labels.

    `sequences[i]` are the token ids that stand for `labels[i]`, through the token that closes the value; no sequence is
    a prefix of another.
    """

    labels: tuple[str, ...]
    sequences: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.sequences) or not self.labels:
            raise ValueError(f"{len(self.labels)} labels, {len(self.sequences)} sequences: one sequence for each label")
        ordered = sorted(self.sequences)
        for shorter, longer in pairwise(ordered):
            if longer[: len(shorter)] == shorter:
                raise ValueError(f"token sequence {list(shorter)} is a prefix of {list(longer)}")

    @cached_property
    def branches(self) -> dict[tuple[int, ...], dict[int, tuple[int, ...]]]:
        """Branch nodes (two or more children): prefix -> {next token: indices of the labels below it}."""
        nodes: dict[tuple[int, ...], dict[int, list[int]]] = {}
        for index, sequence in enumerate(self.sequences):
            for depth, token in enumerate(sequence):
                nodes.setdefault(sequence[:depth], {}).setdefault(token, []).append(index)
        return {
            prefix: {token: tuple(labels) for token, labels in children.items()}
            for prefix, children in nodes.items()
            if len(children) > 1
        }

    def next_branch(self, prefix: tuple[int, ...]) -> tuple[int, ...] | None:
        """Follow forced tokens from `prefix` to the next branch node; None where only one label is left."""
        below = [s for s in self.sequences if s[: len(prefix)] == prefix]
        if len(below) == 1:
            return None
        return common_prefix(below)


def common_prefix(sequences: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The longest prefix that all sequences share.

    >>> common_prefix([(1, 2, 3), (1, 2, 4)])
    (1, 2)
    """
    first = min(sequences)
    return first[: shared_length(first, max(sequences))]


def shared_length(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two sequences share from their beginning."""
    # Half the time of a loop, on a path that every prompt takes.
    return next(compress(count(), map(ne, first, second)), min(len(first), len(second)))
