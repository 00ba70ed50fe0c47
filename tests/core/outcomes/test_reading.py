"""Outcomes in words and in TOML."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.errors import ConfigError
from fewsight.events import EVENT_KINDS
from fewsight.outcomes import Outcome, outcome_of_table, read_outcome
from fewsight.outcomes.outcome import HAPPENS

KINDS = st.one_of(
    st.sampled_from(EVENT_KINDS), st.sampled_from(["upgrade", "price alert", "Klick", "升级", "no order in"])
)


@given(st.sampled_from(HAPPENS), KINDS, st.integers(1, 400), st.integers(0, 40), st.sampled_from([None, "EUR", "JPY"]))
def test_an_outcome_is_read_as_it_is_written(
    happens: str, kind: str, horizon: int, gap: int, currency: str | None
) -> None:
    is_spend = happens == "spend"
    outcome = Outcome(
        happens,  # type: ignore[arg-type] # drawn from the words that there are
        "order" if is_spend else kind,
        horizon,
        gap,
        currency if is_spend else None,
    )
    assert read_outcome(str(outcome)) == outcome
    assert outcome_of_table(outcome.as_table(), "here") == outcome


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("no order within 90 days", Outcome("none", "order", 90)),
        ("return within 60 days", Outcome("any", "return", 60)),
        ("A coupon in 2 weeks after 3 days", Outcome("any", "coupon", 14, 3)),
        ("first upgrade within 1 week after a gap of 1 week", Outcome("first", "upgrade", 7, 7)),
        ("number of deliveries in 30 days", Outcome("count", "delivery", 30)),
        ("spend in 90 days in €", Outcome("spend", "order", 90, currency="EUR")),
    ],
)
def test_ways_to_write_one(text: str, wanted: Outcome) -> None:
    assert read_outcome(text) == wanted


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("cancellation", "can't be read.*no order within 90 days"),
        ("no order within 3 months", "no fixed number of days"),
        ("no ordr within 90 days", "Did you mean 'order'"),
        ("any order within 0 days", "horizon_days is 0"),
        ("any order within 30 days after -7 days", "part of it is known then"),
        ("any order within 99999 days", "whole number of days up to"),
        ("spend in 90 days (XXX)", "not an ISO 4217"),
        ("missing.toml", "can't be read"),
    ],
)
def test_what_is_wrong_is_said(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read_outcome(text)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("", "holds no table"),
        ("[outcome]\nhappens = 'any'", "lacks kind, horizon_days"),
        ("[outcome]\nhappens = 'any'\nkind = 'order'\nhorizon = 3", "unknown key 'horizon'.*horizon_days"),
        ("[outcome]\nhappens = 'never'\nkind = 'order'\nhorizon_days = true", "happens is 'never'.*[\\s\\S]*is True"),
        ("[outcome]\nhappens = 'count'\nkind = 'order'\nhorizon_days = 9\ncurrency = 'EUR'", "currency is 'EUR'"),
    ],
)
def test_a_file_that_holds_no_outcome(table: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "o.toml"
    path.write_text(table)
    with pytest.raises(ConfigError, match=problem):
        read_outcome(str(path))


def test_an_outcome_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "spend.toml"
    path.write_text("[outcome]\nhappens = 'spend'\nhorizon_days = 90\ncurrency = 'EUR'\n")
    assert read_outcome(str(path)) == Outcome("spend", "order", 90, currency="EUR")
