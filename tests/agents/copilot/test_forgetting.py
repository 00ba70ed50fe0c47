"""`fewsight forget` takes a customer's cases out of the log, which still refuses to lose any other entry."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.store import Store
from fewsight.cli import root
from fewsight.errors import InputError
from tests.agents.copilot.shop import new_desk, policy, read_state


def talked(path: Path) -> Desk:
    desk = new_desk(path)
    for customer in ("C1", "C2", "C1"):
        case = desk.open(customer)
        desk.receive(case, f"zebrawood of {customer} is broken")
        if customer == "C1":
            desk.call(case, "read_order", {"order_id": "O1"})
    return desk


def log(desk: Desk) -> list[tuple[object, ...]]:
    return desk.store.database.execute("SELECT * FROM copilot_log ORDER BY seq").fetchall()


def test_a_customer_s_cases_leave_and_others_stay(tmp_path: Path) -> None:
    desk = talked(tmp_path / "shop.db")
    others = [row for row in log(desk) if row[2] == log(desk)[3][2]]
    desk.store.close()
    done = CliRunner().invoke(root, ["forget", "C1", "--in", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "shop.db: 6 entries of cases removed" in done.output
    assert "its tables of customers and orders are left as they are" in done.output
    assert b"zebrawood of C1" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    again = Desk(Store(tmp_path / "shop.db", read_state), policy())
    assert log(again) == others
    assert len(others) == 2
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        again.store.database.execute("DELETE FROM copilot_log")
    newer = again.open("C2")
    assert log(again)[-1][2] == newer
    assert isinstance(seq := log(again)[-1][0], int)
    assert seq > 8, "numbers of entries are never used twice"
    record = (tmp_path / "forgotten.jsonl").read_text()
    assert '"file": "shop.db"' in record
    assert "C1" not in record


def test_a_log_in_use_is_refused_and_stays(tmp_path: Path) -> None:
    desk = talked(tmp_path / "shop.db")
    before = log(desk)
    desk.store.database.execute("BEGIN IMMEDIATE")
    done = CliRunner().invoke(root, ["forget", "C1", "--in", str(tmp_path)])
    assert isinstance(done.exception, InputError)
    assert "is in use: database is locked" in str(done.exception)
    assert not (tmp_path / "forgotten.jsonl").exists()
    desk.store.database.execute("ROLLBACK")
    assert log(desk) == before
