from datetime import UTC, datetime, timedelta

import pytest

from fewsight.events import CustomerHistory, Event
from fewsight.serving.run.updates.silence import STEPS, moment_holds, step

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def history(*days: float) -> CustomerHistory:
    return CustomerHistory("c", tuple(Event(f"e{day}", at(day), "order") for day in days))


def test_steps_grow_and_never_end() -> None:
    steps = [step(timedelta(days=day)) for day in range(4000)]
    assert steps == sorted(steps)
    assert [day for day in range(1, 366) if steps[day] != steps[day - 1]] == list(STEPS)
    assert steps[3999] > steps[3000] > steps[365]


@pytest.mark.parametrize(
    ("then", "now", "holds"),
    [(10, 10, True), (10.1, 10.9, True), (10.5, 11, False), (17, 23, True), (17, 24, False), (23, 17, False)],
)
def test_a_moment_holds_until_silence_passes_a_step(then: float, now: float, holds: bool) -> None:
    assert moment_holds(history(2, 10), at(then), at(now)) is holds


def test_what_happens_in_between_ends_it_and_what_happens_later_does_not() -> None:
    assert not moment_holds(history(10, 18), at(17), at(19))
    assert moment_holds(history(10, 18), at(17), at(17.5))


def test_without_times_there_is_no_silence() -> None:
    assert moment_holds(CustomerHistory("c", (Event("e", None, "message"),)), None, None)
    assert moment_holds(CustomerHistory("c"), at(1), at(900))
    assert not moment_holds(history(1), None, at(1))
