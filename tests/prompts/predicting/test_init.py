"""Task folders about the future, and their rows."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.errors import InputError, TaskError
from fewsight.events import CustomerHistory
from fewsight.outcomes import TaskOutcome, read_outcome
from fewsight.outcomes.labelled import Plan
from fewsight.outcomes.sides import SIDES, Sides
from fewsight.outcomes.windows import Windows
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.predicting.making import Prepared, prepare
from fewsight.prompts.predicting.questions import question
from tests.core.outcomes.support import at, event, history


def people(count: int = 60) -> list[CustomerHistory]:
    """Some buy every week, some stopped on day 60."""
    return [
        history(
            *(event(day, amount=1000 + 10 * n) for day in range(n % 5, 60 if n % 3 == 0 else 200, 6 + n % 4)),
            event(1, "view"),
            name=f"c{n}",
            city=["Ulm", "Bonn"][n % 2],
        )
        for n in range(count)
    ]


def plan(outcome: str, **options: Any) -> Plan:
    return Plan(Windows(read_outcome(outcome), at(200), every=timedelta(days=40)), Sides(), **options)


def made(out: Path, outcome: str, given: Iterable[CustomerHistory] | None = None, **options: Any) -> Prepared:
    return prepare("future", people() if given is None else list(given), plan(outcome), out, **options)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("outcome", ["no order within 30 days", "count of orders in 30 days", "spend in 30 days (EUR)"])
def test_a_question_about_the_future_is_a_task_with_rows(
    outcome: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    prepared = made(tmp_path, outcome)
    task = load_task(tmp_path / "future")
    assert not caplog.records
    assert isinstance(task.outcome, TaskOutcome)
    assert task.outcome.outcome == read_outcome(outcome)
    assert {key[0] for key in task.templates} == {"en", "zh"}
    customers = []
    for side in SIDES:
        gold = read_gold(tmp_path / f"{side}.jsonl", task)
        assert not gold.left_out
        assert len(gold.rows) + gold.repeated == prepared.written[side] > 0
        customers.append({row.customer_id for row in gold.rows})
        assert all(event.time <= row.history.until for row in gold.rows for event in row.history.events)  # type: ignore[operator]
    assert sum(map(len, customers)) == len(set().union(*customers)) == 60
    if task.outcome.expected:
        rows = lines(tmp_path / "train.jsonl")
        mean = sum(task.outcome.expected[row["outcome"]] for row in rows) / len(rows)
        assert mean == pytest.approx(sum(row["value"] for row in rows) / len(rows))


def test_what_was_left_out_is_said(tmp_path: Path) -> None:
    close = Plan(Windows(read_outcome("no order within 30 days"), at(200), every=timedelta(days=20)), Sides())
    told = "\n".join(prepare("future", people(), close, tmp_path, most_rows=20).lines())
    assert "train: " in told
    assert "% yes, of which" in told
    assert "not asked, 60 times: the window ends after the data" in told
    assert "profile columns are undated" in told
    assert len(lines(tmp_path / "train.jsonl")) < 45


@pytest.mark.parametrize(
    ("outcome", "given", "problem"),
    [
        ("any ordering within 30 days", people(), "no event is of the kind 'ordering'.*Did you mean 'order'"),
        ("any view within 30 days", people(), "60 events are of the kind 'view'; take another horizon"),
        ("spend in 30 days", people(), "write one of EUR"),
        ("spend in 30 days (USD)", people(), "all .* rows have the same answer"),
        ("any order within 30 days", [history(event(199))], "of 1 customers none can be asked"),
    ],
)
def test_outcomes_that_can_not_be_predicted(
    outcome: str, given: list[CustomerHistory], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=problem):
        made(tmp_path, outcome, given)
    assert not list(tmp_path.iterdir())


def test_a_profile_that_knows_the_outcome_is_refused(tmp_path: Path) -> None:
    telling = [replace(one, profile={"gone": "yes" if n % 3 == 0 else "no"}) for n, one in enumerate(people())]
    with pytest.raises(InputError, match=r"'gone' seems to know the outcome.*--without gone"):
        made(tmp_path, "no order within 30 days", telling)
    assert made(tmp_path, "no order within 30 days", telling, keep=["gone"]).written["train"]
    kept = plan("no order within 30 days", without=frozenset(["gone"]))
    prepare("other", telling, kept, tmp_path)
    assert not any("gone" in row["profile"] for row in lines(tmp_path / "train.jsonl"))
    wrong = plan("no order within 30 days", without=frozenset(["gon"]))
    with pytest.raises(InputError, match=r"no column 'gon'.*'gone'"):
        prepare("third", telling, wrong, tmp_path, keep=["gone"])


def test_what_is_there_is_not_replaced(tmp_path: Path) -> None:
    made(tmp_path, "no order within 30 days")
    with pytest.raises(TaskError, match="there already"):
        made(tmp_path, "no order within 30 days")
    made(tmp_path, "any order within 30 days", force=True)
    with pytest.raises(TaskError, match="can't name a task"):
        prepare("no name", people(), plan("any order within 30 days"), tmp_path)


def test_a_kind_is_never_a_template() -> None:
    words = question(read_outcome('any "{{ 1 }} {x}" within 3 days'), "en")
    assert '"{{ 1 }} {x}"' in words


def test_the_command_writes_a_task(tmp_path: Path) -> None:
    table = tmp_path / "events.csv"
    rows = [f"{one.customer_id},{e.time:%Y-%m-%dT%H:%M:%SZ},{e.kind}" for one in people() for e in one.events if e.time]
    table.write_text("\n".join(["customer_id,time,kind", *rows]))
    words = ["predict", "init", "lapse", "--histories", str(table), "--out", str(tmp_path / "out"), "--outcome"]
    done = CliRunner().invoke(root, [*words, "no order within 30 days", "--every", "40"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "no order within 30 days" in done.output
    assert load_task(tmp_path / "out" / "lapse").outcome
    with pytest.raises(InputError, match="is censored"):
        CliRunner().invoke(root, [*words, "any order in 9 days", "--as-of", "2027-01-01"], catch_exceptions=False)
