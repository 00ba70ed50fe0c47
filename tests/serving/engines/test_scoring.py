import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.prompts.answer.trie import TokenTrie
from fewsight.serving.engines.scoring import TOLERANCE, TrieSearch

VOCABULARY = 7
Prefix = tuple[int, ...]
Model = Callable[[Prefix], list[float]]


@st.composite
def tries(draw: st.DrawFn) -> TokenTrie:
    """Sequences over a small vocabulary; token 0 ends each, so that none is a prefix of another."""
    bodies = draw(
        st.lists(st.lists(st.integers(1, VOCABULARY - 1), max_size=5).map(tuple), min_size=1, max_size=24, unique=True)
    )
    return TokenTrie(tuple(map(str, bodies)), tuple((*body, 0) for body in bodies))


def random_model(seed: int, sharpness: float) -> Model:
    import random

    def logprobs(prefix: Prefix) -> list[float]:
        chance = random.Random(f"{seed}{prefix}")
        logits = [chance.gauss(0, sharpness) for _ in range(VOCABULARY)]
        total = math.log(sum(map(math.exp, logits)))
        return [logit - total for logit in logits]

    return logprobs


def brute_force(trie: TokenTrie, model: Model) -> tuple[list[float], list[float]]:
    """Walk every label token by token: the probability of each choice among the legal ones, and the model's own."""
    normalised, raw = [], []
    for sequence in trie.sequences:
        share = mass = 1.0
        for depth, token in enumerate(sequence):
            prefix = sequence[:depth]
            legal = {other[depth] for other in trie.sequences if other[:depth] == prefix}
            if len(legal) > 1:
                p = [math.exp(x) for x in model(prefix)]
                share *= p[token] / sum(p[t] for t in legal)
                mass *= p[token]
        normalised.append(share)
        raw.append(mass)
    return normalised, raw


def search(trie: TokenTrie, model: Model) -> TrieSearch:
    found = TrieSearch(trie)
    for _ in range(len(trie.branches) + 1):
        frontier = found.frontier()
        for prefix, tokens in frontier:
            assert sorted(tokens) == sorted(trie.branches[prefix])
            logprobs = model(prefix)
            found.observe(prefix, {token: logprobs[token] for token in tokens})
        if not frontier:
            return found
    raise AssertionError("the frontier never gets empty")


@settings(max_examples=300, deadline=None)
@given(tries(), st.integers(0, 10**6), st.sampled_from([0.1, 1.0, 4.0]))
def test_the_search_agrees_with_brute_force(trie: TokenTrie, seed: int, sharpness: float) -> None:
    model = random_model(seed, sharpness)
    found = search(trie, model)
    normalised, raw, unexplored = found.result()
    true, true_raw = brute_force(trie, model)
    assert math.isclose(sum(normalised), 1)
    assert sum(raw) <= 1 + 1e-9
    assert 0 <= unexplored <= TOLERANCE + 1e-9
    assert max(true) - true[normalised.index(max(normalised))] < 1e-9
    if unexplored == 0:
        assert normalised == pytest.approx(true)
        assert raw == pytest.approx(true_raw)
    else:
        assert found.nodes < len(trie.branches)
        off = [abs(a - b) for a, b in zip(normalised, true, strict=True)]
        assert max(off) <= unexplored + 1e-9
        assert sum(off) <= 2 * unexplored + 1e-9


def test_one_label_is_certain_without_asking() -> None:
    found = TrieSearch(TokenTrie(("only",), ((3, 0),)))
    assert found.frontier() == []
    assert found.result() == ((1.0,), (1.0,), 0.0)
    assert found.nodes == 0


def test_branches_that_can_not_matter_are_not_computed() -> None:
    trie = TokenTrie(("a", "b1", "b2"), ((1, 0), (2, 1, 0), (2, 2, 0)))
    found = TrieSearch(trie)
    assert found.frontier() == [((), [1, 2])]
    found.observe((), {1: math.log(0.495), 2: math.log(0.005)})
    assert found.frontier() == []
    normalised, raw, unexplored = found.result()
    assert normalised == pytest.approx((0.99, 0.005, 0.005))
    assert raw == pytest.approx((0.495, 0.0025, 0.0025))
    assert unexplored == pytest.approx(0.01)


def test_very_unlikely_labels_do_not_underflow() -> None:
    found = TrieSearch(TokenTrie(("a", "b"), ((1,), (2,))))
    found.observe((), {1: -2000.0, 2: -2001.0})
    normalised, raw, _ = found.result()
    assert normalised == pytest.approx((0.7310585786, 0.2689414214))
    assert raw == (0.0, 0.0)


@given(tries(), st.integers(0, 999), st.floats(0.1, 5))
def test_a_greedy_search_follows_the_likeliest_token_of_each_node(trie: TokenTrie, seed: int, sharpness: float) -> None:
    model, followed = random_model(seed, sharpness), TrieSearch(trie, greedy=True)
    while frontier := followed.frontier():
        ((prefix, tokens),) = frontier
        followed.observe(prefix, {token: model(prefix)[token] for token in tokens})
    normalised, _, _ = followed.result()
    (label,) = [place for place, share in enumerate(normalised) if share]
    sequence = trie.sequences[label]
    for prefix, children in trie.branches.items():
        if sequence[: len(prefix)] == prefix:
            assert sequence[len(prefix)] == max(children, key=lambda token: model(prefix)[token])
