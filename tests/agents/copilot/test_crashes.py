"""Nothing is lost or doubled by a process that is killed, or by a log whose last page is torn."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fewsight.agents.copilot.store import Store
from fewsight.errors import CaseError
from tests.agents.copilot.shop import new_desk, read_state

ROOT = Path(__file__).parents[3]


def test_a_hundred_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    command = [sys.executable, "-m", "tests.agents.copilot.killed", str(path)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    store = Store(path, read_state)
    assert store.database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    paid = store.database.execute("SELECT item, key FROM refunds ORDER BY 1").fetchall()
    rows = store.database.execute("SELECT body, key FROM copilot_log WHERE kind = 'done' AND key IS NOT NULL")
    logged = sorted((json.loads(body)["arguments"]["item_id"], key) for body, key in rows)
    assert paid == logged
    told = path.with_suffix(".told").read_text().split()
    assert len(told) > 10
    assert set(told) <= {item for item, _ in paid}
    assert len({item for item, _ in paid}) == len(paid)
    # No case stands still before its refund, but for the one that was at work last.
    unfinished = set(store.cases()) - {key.split(":")[1] for _, key in paid}
    assert len(unfinished) <= 1


def test_a_torn_last_page_leaves_whole_transactions(tmp_path: Path) -> None:
    path, chance = tmp_path / "shop.db", random.Random(3)
    desk = new_desk(path)
    desk.store.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    case = desk.open("C1")
    desk.receive(case, "It is broken.")
    desk.call(case, "read_order", {"order_id": "O1"})
    arguments: dict[str, Any] = {"order_id": "O1", "item_id": "I1", "amount": 1500, "reason": "damaged"}
    desk.call(case, "refund_item", arguments)
    whole = desk.store.case(case).entries
    log = (tmp_path / "shop.db-wal").read_bytes()
    lengths = set()
    for number in range(30):
        torn = tmp_path / f"torn{number}.db"
        shutil.copy(path, torn)
        (tmp_path / f"torn{number}.db-wal").write_bytes(log[: chance.randrange(len(log))])
        store = Store(torn, read_state)
        cases = store.cases()
        entries = store.case(cases[0]).entries if cases else []
        lengths.add(len(entries))
        assert entries == whole[: len(entries)]
        paid = store.database.execute("SELECT count(*) FROM refunds").fetchone()[0]
        assert paid == (len(entries) == len(whole))
        assert store.database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        store.close()
    assert len(lengths) > 2


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database, but long enough to look at" * 40)
    with pytest.raises(CaseError, match="Name another file"):
        Store(tmp_path / "notes.db", read_state)
