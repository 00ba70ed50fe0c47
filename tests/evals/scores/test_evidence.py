import pytest

from fewsight.evals.arms.answers import RowAnswer
from fewsight.evals.scores.evidence import evidence_figures
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.loading.finding import load_task


def row(number: int, *right: str) -> GoldRow:
    events = tuple(Event(f"x{i}", None, kind="message", text="hello") for i in range(1, 4))
    return GoldRow(f"r{number}", 2, CustomerHistory(f"c{number}", events), {"evidence": list(right)}, "en")


def test_events_are_counted_over_all_rows() -> None:
    rows = [row(1, "E1", "E2"), row(2, "E3"), row(3), row(4, "E1")]
    named = {"r1": ("E1",), "r2": ("E1", "E2"), "r3": ("E2",), "r4": None}
    answers = {name: RowAnswer({}, evidence=events) for name, events in named.items()}
    found = evidence_figures(rows, answers, load_task("intent"))
    values = {name: figure.value for name, figure in found.items()}
    assert values == pytest.approx({"precision": 1 / 4, "recall": 1 / 4, "f1": 1 / 4, "support": 1 / 3})
    assert found["support"].rows == 3


def test_arms_that_name_nothing_have_no_figures() -> None:
    assert evidence_figures([row(1, "E1")], {"r1": RowAnswer({})}, load_task("intent")) == {}
    assert evidence_figures([], {}, load_task("intent")) == {}
    silent = evidence_figures([row(1, "E1")], {"r1": RowAnswer({}, evidence=())}, load_task("intent"))
    assert {name: figure.value for name, figure in silent.items()} == dict.fromkeys(
        ("precision", "recall", "f1", "support"), 0.0
    )
