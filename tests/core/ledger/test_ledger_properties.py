"""Any sequence of recording and reopening gives what a plain dictionary would give."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fewsight.insight import Insight
from fewsight.ledger import Answer, Ledger, Result

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
IDS = st.sampled_from(["c1", "c2", "顾客", "", "a\x00b", "o'hara", " C1", "None"])
MOMENTS = st.sampled_from([None, datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC)])
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | FLOATS | TEXT, st.lists, max_leaves=4)
ROWS = st.tuples(IDS, MOMENTS, st.sampled_from(["t1", "t2"]), st.sampled_from(["ok", "invalid", "failed"]))

Key = tuple[str, datetime | None, str]


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = Ledger.open(Path(self.folder.name))
        self.answers: dict[str, Answer] = {}
        self.results: dict[Key, Insight] = {}

    @rule(key=IDS, text=TEXT, rows=st.lists(ROWS, max_size=4), value=JSON, names=st.lists(IDS, max_size=2))
    def record(self, key: str, text: str, rows: list[tuple[Any, ...]], value: Any, names: list[str]) -> None:
        answer = Answer(text, {"f": {text: 0.5}}, error=text or None)
        insights = [
            Insight(customer, task, moment, {"value": value}, tuple(names), status=status)
            for customer, moment, task, status in rows
        ]
        self.ledger.record({key: answer}, [Result("r", "a", 0, key, {"E1": text}, insight) for insight in insights])
        self.answers.setdefault(key, answer)
        for insight in insights:
            place = (insight.customer_id, insight.as_of, insight.task)
            if place not in self.results or self.results[place].status != "ok":
                self.results[place] = insight

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(Path(self.folder.name))

    @rule(task=st.sampled_from(["t1", "t2"]), pairs=st.lists(st.tuples(IDS, MOMENTS)))
    def ask_what_is_done(self, task: str, pairs: list[tuple[str, datetime | None]]) -> None:
        known = {key[:2] for key, insight in self.results.items() if key[2] == task and insight.status != "failed"}
        assert self.ledger.done("r", "a", 0, task).among(pairs) == known & set(pairs)

    @invariant()
    def agrees(self) -> None:
        assert self.ledger.get_answers([*self.answers, "unknown"]) == self.answers
        found = {(i.customer_id, i.as_of, i.task): i for i in self.ledger.insights()}
        assert found == self.results
        assert self.ledger.verify() == []

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
