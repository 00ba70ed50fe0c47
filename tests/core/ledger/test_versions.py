"""Results that are asked anew keep what was answered before as older versions."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fewsight.errors import LedgerError
from fewsight.ledger import Answer, Ledger, Result
from fewsight.ledger.versions import Newest
from tests.core.conftest import NOON

MakeAnswer = Callable[..., Answer]
MakeResult = Callable[..., Result]


def later(result: Result, days: int, **changes: object) -> Result:
    insight = replace(result.insight, as_of=NOON + timedelta(days=days), **changes)  # type: ignore[arg-type]
    return replace(result, insight=insight, history=f"h{days}")


def test_the_newest_is_read_and_older_ones_stay(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    first, other = replace(result("c1", "k1"), history="h0"), result("c2", "k1")
    second = later(result("c1", "k2"), 9)
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k1": answer("1")}, [first, other])
        ledger.record({"k2": answer("2")}, [second], anew=True)
        assert [one.as_of for one in ledger.insights()] == [second.as_of, NOON]
        found = [(one.insight.customer_id, one.insight.as_of, one.newest) for one in ledger.versions()]
        assert found == [("c1", NOON, False), ("c1", second.as_of, True), ("c2", NOON, True)]
        assert all(one.recorded for one in ledger.versions())
        assert ledger.newest("r", "zero-shot", 0, "c1")["intent"].history == "h9"
        assert ledger.newest("r", "zero-shot", 0, "nobody") == {}
        assert (ledger.summary().results, ledger.summary().older, ledger.customers("r", "zero-shot", 0)) == (2, 1, 2)
        assert ledger.verify() == []


def test_a_version_of_the_same_moment_is_one_too(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k1": answer("1"), "k2": answer("2")}, [result("c1", "k1")])
        ledger.record({}, [later(result("c1", "k2"), 0)], anew=True)
        assert [(one.insight.as_of, one.newest) for one in ledger.versions()] == [(NOON, False), (NOON, True)]


def test_a_failure_is_no_version(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k1": answer()}, [result("c1", "k1")])
        ledger.record({}, [later(result("c1", None, status="failed"), 3)], anew=True)
        ledger.record({}, [later(result("c1", "k1"), 3)], anew=True)
        assert [(one.insight.status, one.newest) for one in ledger.versions()] == [("ok", False), ("ok", True)]
        assert ledger.verify() == []


def test_a_ledger_of_before_is_read_and_gets_the_tables_when_it_is_written(
    tmp_path: Path, answer: MakeAnswer, result: MakeResult
) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k1": answer()}, [result("c1", "k1")])
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database:
        database.executescript("DROP TABLE inputs; DROP TABLE older;")
    with Ledger.open(tmp_path, read_only=True) as ledger:
        (one,) = ledger.versions()
        assert (one.recorded, one.newest, ledger.summary().older) == (None, True, 0)
        assert ledger.newest("r", "zero-shot", 0, "c1")["intent"] == Newest(NOON, "ok", None)
        assert ledger.verify() == []
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k2": answer("2")}, [later(result("c1", "k2"), 1)], anew=True)
        assert [bool(one.recorded) for one in ledger.versions()] == [False, True]
        assert ledger.verify() == []


def test_damage_of_older_versions_is_named(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k1": answer(), "k2": answer("2")}, [result("c1", "k1")])
        ledger.record({}, [later(result("c1", "k2"), 1)], anew=True)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database:
        database.execute("UPDATE older SET body = replace(body, 'refund', 'praise')")
        database.commit()
    with Ledger.open(tmp_path, read_only=True) as ledger:
        assert "version of 2024-05-01" in ledger.verify()[0]
        with pytest.raises(LedgerError, match="is not what was recorded"):
            list(ledger.versions())
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database:
        database.execute("UPDATE older SET body = replace(body, 'praise', 'refund'), recorded = 'yesterday'")
        database.commit()
    with (
        Ledger.open(tmp_path, read_only=True) as ledger,
        pytest.raises(LedgerError, match="'yesterday' stands where a moment should"),
    ):
        list(ledger.versions())
