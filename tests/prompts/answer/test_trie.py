import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.prompts.answer.trie import TokenTrie, common_prefix

rows = st.lists(st.lists(st.integers(0, 2), max_size=6).map(tuple), min_size=1, max_size=8)


@given(rows)
def test_the_common_prefix_is_shared_by_all_and_can_not_be_longer(sequences: list[tuple[int, ...]]) -> None:
    shared = common_prefix(sequences)
    assert all(sequence[: len(shared)] == shared for sequence in sequences)
    longer = {sequence[: len(shared) + 1] for sequence in sequences}
    assert len(longer) > 1 or longer == {shared}


def test_branches_are_the_nodes_where_labels_part() -> None:
    trie = TokenTrie(("a", "b", "c"), ((1, 2, 9), (1, 3, 4, 9), (1, 3, 5, 9)))
    assert trie.branches == {(1,): {2: (0,), 3: (1, 2)}, (1, 3): {4: (1,), 5: (2,)}}
    assert trie.next_branch(()) == (1,)
    assert trie.next_branch((1, 3)) == (1, 3)
    assert trie.next_branch((1, 2)) is None


def test_one_label_has_no_branch() -> None:
    trie = TokenTrie(("only",), ((4, 5),))
    assert trie.branches == {}
    assert trie.next_branch(()) is None


@pytest.mark.parametrize(
    ("labels", "sequences"),
    [((), ()), (("a",), ()), (("a", "b"), ((1,), (1,))), (("a", "b", "c"), ((2, 1), (3,), (2,)))],
)
def test_labels_that_can_not_be_told_apart_are_refused(
    labels: tuple[str, ...], sequences: tuple[tuple[int, ...], ...]
) -> None:
    with pytest.raises(ValueError, match=r"sequence"):
        TokenTrie(labels, sequences)
