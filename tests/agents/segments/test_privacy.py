"""Small groups are neither shown nor can they be worked out."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import milp

from fewsight.agents.segments.privacy import guarded_share, hidden_cells, hidden_sizes

SIZES = st.lists(st.integers(0, 90), min_size=1, max_size=8)
TABLES = st.integers(2, 4).flatmap(
    lambda wide: st.lists(st.lists(st.integers(0, 60), min_size=wide, max_size=wide), min_size=2, max_size=4)
)
LEAST = 20


@given(SIZES)
def test_hidden_sizes_cover_each_other(sizes: list[int]) -> None:
    hidden = hidden_sizes(sizes, LEAST)
    small = [0 < size < LEAST for size in sizes]
    assert all(shut for shut, is_small in zip(hidden, small, strict=True) if is_small)
    shut = [size for size, is_hidden in zip(sizes, hidden, strict=True) if is_hidden]
    if any(small) and max(sizes) >= LEAST:
        assert sum(shut) >= sum(size for size, is_small in zip(sizes, small, strict=True) if is_small) + LEAST


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_no_small_cell_can_be_worked_out(cells: list[list[int]]) -> None:
    """An attacker with whole numbers and every sum of rows and columns can't narrow a small cell down."""
    counts = np.array(cells)
    known = [np.zeros(counts.shape, dtype=bool) for _ in range(sum(counts.shape))]
    for y in range(counts.shape[0]):
        known[y][y] = True
    for x in range(counts.shape[1]):
        known[counts.shape[0] + x][:, x] = True
    hidden = hidden_cells(counts, known, LEAST)
    small = (counts > 0) & (counts < LEAST)
    if hidden is None:
        return
    assert hidden[small].all()
    sums = np.array([mask[hidden] for mask in known], dtype=float)
    totals = sums @ counts[hidden]
    for number in np.flatnonzero(small[hidden]):
        costs, whole = np.eye(int(hidden.sum()))[number], np.ones(int(hidden.sum()), dtype=np.int64)
        least = milp(costs, constraints=(sums, totals, totals), integrality=whole).fun
        most = milp(-costs, constraints=(sums, totals, totals), integrality=whole).fun
        assert least is not None
        assert most is not None
        assert -most - least >= LEAST - 1e-6


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_share_never_tells_a_small_part(part: int, rest: int) -> None:
    told = guarded_share(part, part + rest, LEAST)
    if told is not None and not told.bound:
        assert part >= LEAST
        assert rest >= LEAST
    if told is not None and told.bound:
        others = [guarded_share(other, part + rest, LEAST) for other in range(LEAST)]
        assert told in (others[0], guarded_share(part + rest, part + rest, LEAST))
