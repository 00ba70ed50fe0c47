"""Careless typing changes words, and nothing that a person would look up."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.texts.changes import in_capitals, in_lower_case, with_typos, without_punctuation


def distance(first: str, second: str) -> int:
    """Edits between two words, a swap of neighbours being one (optimal string alignment)."""
    far = {(i, -1): i + 1 for i in range(-1, len(first))} | {(-1, j): j + 1 for j in range(-1, len(second))}
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            far[i, j] = min(far[i - 1, j] + 1, far[i, j - 1] + 1, far[i - 1, j - 1] + (a != b))
            if i and j and a == second[j - 1] and b == first[i - 1]:
                far[i, j] = min(far[i, j], far[i - 2, j - 2] + 1)
    return far[len(first) - 1, len(second) - 1]


@settings(deadline=None)
@given(st.lists(st.from_regex(r"[A-Za-z]{1,12}", fullmatch=True), min_size=1, max_size=40), st.integers(0, 999))
def test_a_mistake_is_one_edit_in_a_tenth_of_the_words(words: list[str], seed: int) -> None:
    made = with_typos(" ".join(words), random.Random(seed)).split(" ")
    changed = [(a, b) for a, b in zip(words, made, strict=True) if a != b]
    long = sum(len(word) >= 4 for word in words)
    assert len(changed) == min(max(round(long / 10), 1), long)
    assert all(distance(a, b) == 1 and a[0] == b[0] and len(a) >= 4 for a, b in changed)


def test_all_four_kinds_of_mistakes_are_made() -> None:
    lengths = Counter(len(with_typos("parcels", random.Random(seed))) for seed in range(300))
    assert set(lengths) == {6, 7, 8}
    same = [made for seed in range(300) if len(made := with_typos("parcels", random.Random(seed))) == 7]
    swapped = [made for made in same if sorted(made) == sorted("parcels")]
    assert 0 < len(swapped) < len(same)


@pytest.mark.parametrize("fixed", ["[ORDER_1]", "A-100", "4.50", "me@example.org", "https://example.org/path", "[x]?"])
def test_codes_amounts_addresses_and_pseudonyms_stay(fixed: str) -> None:
    assert with_typos(fixed, random.Random(0)) == fixed
    for change in (in_lower_case, in_capitals, without_punctuation):
        assert change(f"Oh, {fixed} Yes.").split()[1] == fixed
