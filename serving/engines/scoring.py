"""Best-first search of a label trie: which nodes an engine must compute, and what the labels' probabilities are.

A label's probability is the product of its decisions at branch nodes, each renormalised over the tokens that are legal
there; tokens that are forced count as certain. Nodes are computed only while they matter: the most probable label must
be certain, and at most `TOLERANCE` of the mass may stay below nodes that were not computed.
"""

import math
from collections.abc import Mapping

from fewsight.prompts.answer.trie import TokenTrie

TOLERANCE = 0.02
"""The share of probability that may stay unexplored where it can't change the answer."""

Prefix = tuple[int, ...]


class TrieSearch:
    """The state of scoring one request. Engines call `frontier`, compute, `observe`, until the frontier is empty.

    A `greedy` one follows the likeliest token of each node, and no other.
    """

    def __init__(self, trie: TokenTrie, greedy: bool = False) -> None:
        self._trie, self._greedy = trie, greedy
        self._normalised = [0.0] * len(trie.labels)
        self._raw = [0.0] * len(trie.labels)
        self._open: dict[Prefix, tuple[float, float]] = {}
        self.nodes = 0
        self._place((), 1.0, 1.0)

    def frontier(self) -> list[tuple[Prefix, list[int]]]:
        """Nodes to compute next: (tokens after the prompt, tokens whose log probability is wanted); empty when done."""
        best = max(self._normalised)
        mass = sum(share for share, _ in self._open.values())
        wanted = [prefix for prefix, (share, _) in self._open.items() if share >= best or mass > TOLERANCE]
        wanted.sort(key=lambda prefix: -self._open[prefix][0])
        left, needed = mass, []
        for prefix in wanted:
            if self._open[prefix][0] < best and left <= TOLERANCE:
                break
            needed.append((prefix, list(self._trie.branches[prefix])))
            left -= self._open[prefix][0]
        return needed

    def observe(self, prefix: Prefix, logprobs: Mapping[int, float]) -> None:
        """Take the log probabilities (natural, over the whole vocabulary) of the tokens that may follow `prefix`."""
        share, raw = self._open.pop(prefix)
        self.nodes += 1
        children = self._trie.branches[prefix]
        top = max(logprobs[token] for token in children)
        weights = {token: math.exp(logprobs[token] - top) for token in children}
        total = sum(weights.values())
        for token in [max(weights, key=weights.__getitem__)] if self._greedy else children:
            self._place((*prefix, token), share * weights[token] / total, raw * math.exp(logprobs[token]))

    def result(self) -> tuple[tuple[float, ...], tuple[float, ...], float]:
        """(normalised, raw, unexplored share), in the order of the labels."""
        normalised, raw = list(self._normalised), list(self._raw)
        for prefix, (share, mass) in self._open.items():
            below = self._below(prefix)
            for index in below:
                normalised[index] += share / len(below)
                raw[index] += mass / len(below)
        return tuple(normalised), tuple(raw), sum(share for share, _ in self._open.values())

    def _place(self, prefix: Prefix, share: float, raw: float) -> None:
        branch = self._trie.next_branch(prefix)
        if branch is None:
            (index,) = self._below(prefix)
            self._normalised[index], self._raw[index] = share, raw
        else:
            self._open[branch] = (share, raw)

    def _below(self, prefix: Prefix) -> list[int]:
        return [i for i, s in enumerate(self._trie.sequences) if s[: len(prefix)] == prefix]
