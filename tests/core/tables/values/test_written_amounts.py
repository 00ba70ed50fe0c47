"""Money with signs and words of several countries, and what a column tells of its decimal mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.tables.records import BadValue
from fewsight.tables.values.amounts import Mark, decimal_mark, minor_units, symbol_currency


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("R$ 12", 1200, "BRL"),
        ("kr 12,50", 1250, None),
        ("12 kr.", 1200, None),
        ("12.5 zł", 1250, "PLN"),
        ("12.5 zl", 1250, "PLN"),
        ("1 234,50 €", 123450, "EUR"),
        ("1\u202f234,50 €", 123450, "EUR"),
        ("12,- €", 1200, "EUR"),
        ("CHF 12.-", 1200, "CHF"),
        ("(12.00)", -1200, None),
        ("(€12.00)", -1200, "EUR"),
        ("12-", -1200, None),
        ("12,50- EUR", -1250, "EUR"),
        ("$12 USD", 1200, "USD"),
        ("Rs. 1,23,456.78", 12345678, None),
        ("A$12.50", 1250, "AUD"),
        ("250 Kč", 25000, "CZK"),
        ("19.990000000000002", 1999, None),
    ],
)
def test_signs_and_words(text: str, minor: int, currency: str | None) -> None:
    assert minor_units(text, None, "major", None) == minor
    assert symbol_currency(text) == currency


@pytest.mark.parametrize("text", ["1.200", "-1.200", "1,200", "€1.200", "12 apples", "12 34", "1.2e3", "free"])
def test_what_is_no_amount_or_two(text: str) -> None:
    with pytest.raises(BadValue):
        minor_units(text, "EUR", "major", None)


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["1.200", "12,50"], ","),
        (["1.200", "80", "2.450"], ","),  # a number with three decimals would be 80.000, or 1.2
        (["1,200", "80"], "."),
        (["1.200", "1.234.567"], ","),
        (["1,200", "300.50"], "."),
        (["1200.0", "19.999"], "."),
        (["1.200", "80.000"], None),
        (["1.234", "80"], None),
        (["12.50", "12,50"], None),
        (["12", "x", None, 3], None),
    ],
)
def test_a_column_tells_its_decimal_mark(values: list[object], mark: Mark | None) -> None:
    assert decimal_mark(values)[0] == mark


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.sampled_from([".", ","]), st.sampled_from(["", "€ "])
)
def test_a_column_with_cents_reads_back(cents: list[int], mark: Mark, sign: str) -> None:
    swap = str.maketrans(",.", ".,") if mark == "," else {}
    texts = [sign + (f"{c // 100:,}" if c % 100 == 0 else f"{c / 100:,.2f}").translate(swap) for c in cents]
    if any(c % 100 for c in cents):
        assert decimal_mark(texts)[0] == mark
        assert [minor_units(text, "EUR", "major", mark) for text in texts] == cents
