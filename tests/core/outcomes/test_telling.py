"""Columns of profiles that know the outcome."""

from typing import Any

import pytest

from fewsight.outcomes.telling import Telltales
from tests.core.outcomes.support import at


def told(rows: int = 60, **column: Any) -> dict[str, str]:
    tells = Telltales()
    for number in range(rows):
        is_case = number % 3 == 0
        profile = {name: value(is_case, number) for name, value in column.items()}
        tells.look({name: value for name, value in profile.items() if value is not None}, is_case, at(100))
    return dict(tells.telling())


@pytest.mark.parametrize(
    "column",
    [
        lambda case, number: "churned" if case else "active",
        lambda case, number: f"reason {number}" if case else None,
        lambda case, number: ["a", "b"][number % 2] if case else "c",
    ],
)
def test_a_column_that_goes_with_the_answer_is_named(column: Any) -> None:
    assert "same answer" in told(status=column)["status"]


def test_columns_that_tell_nothing_are_not() -> None:
    assert not told(
        city=lambda case, number: ["Ulm", "Bonn"][number % 2],
        name=lambda case, number: f"name {number}",
        joined=lambda case, number: "2025-03-01",
        nearly=lambda case, number: "yes" if case or number == 1 else "no",
    )
    assert not told(9, status=lambda case, number: str(case))


def test_a_later_date_is_named() -> None:
    found = told(last_order=lambda case, number: "2026-05-01" if number == 7 else "2026-01-05")
    assert "'2026-05-01', later than the moment" in found["last_order"]
