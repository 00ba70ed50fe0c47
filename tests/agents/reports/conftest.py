"""Runs of few customers, by hand."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight
from tests.agents.reports.planted import AS_OF, answered, record

Made = list[tuple[CustomerHistory, Insight]]


def leaver(number: int, reason: str, text: str, **profile: str | int) -> tuple[CustomerHistory, Insight]:
    """A customer who wrote one message, and leaves for a reason."""
    name = f"L{number:04}"
    event = Event(f"{name}-e", AS_OF, "message", "app", text)
    return CustomerHistory(name, (event,), profile), answered(name, reason, event.id)


def many(reason: str, count: int, text: str = "This is customer {} and I am not happy at all.", first: int = 0) -> Made:
    """So many leavers for one reason, each with words of their own."""
    return [leaver(number, reason, text.format(number)) for number in range(first, first + count)]


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[[Sequence[tuple[CustomerHistory, Insight]]], Path]:
    """A run's folder with these answers."""
    return lambda made: record(tmp_path / "run", made)
