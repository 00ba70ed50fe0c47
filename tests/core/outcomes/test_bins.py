"""Numbers as labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.errors import InputError
from fewsight.outcomes import Outcome
from fewsight.outcomes.bins import Values, bins_of

COUNT, SPEND = Outcome("count", "order", 90), Outcome("spend", "order", 90, currency="EUR")


@given(st.sampled_from([COUNT, SPEND]), st.lists(st.integers(-900, 90_000), min_size=1, max_size=60), st.integers(2, 8))
def test_every_value_has_one_label_and_means_keep_the_total(outcome: Outcome, values: list[int], most: int) -> None:
    if max(values) <= 0:
        with pytest.raises(InputError, match="nothing to predict"):
            bins_of(outcome, values, most)
        return
    bins = bins_of(outcome, values, most)
    assert 2 <= len(bins.labels) <= most
    assert len(set(bins.labels)) == len(bins.labels)
    for value in values:
        bins.add(value)
    assert {bins.label(value) for value in values} <= set(bins.labels)
    total = sum(bins.expected[bins.label(value)] for value in values)
    assert total == pytest.approx(sum(map(outcome.units, values)), abs=1e-6)
    assert [bins.label(value) for value in sorted(values)] == sorted(map(bins.label, values), key=bins.labels.index)


def test_few_counts_are_a_label_each() -> None:
    assert bins_of(COUNT, [0, 0, 1, 1, 2, 3, 9]).labels == ("nothing", "1", "2", "3", "4 or more")
    assert bins_of(COUNT, [0, 1, 1]).labels == ("nothing", "1 or more")
    assert bins_of(SPEND, [1999] * 3).labels == ("nothing", "some")


def test_a_sample_of_many_values_stays_small() -> None:
    values = Values()
    for number in range(150_000):
        values.add(number)
    assert values.count == 150_000
    assert len(values.sample) == 100_000
    assert sum(value >= 100_000 for value in values.sample) == pytest.approx(33_333, rel=0.05)
