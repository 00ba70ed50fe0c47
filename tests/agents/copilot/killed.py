"""Refunds one item a customer in a shop, and is killed at random moments: run as a program by `test_crashes`."""

import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.store import Store
from tests.agents.copilot.shop import POLICY, TABLES, policy, read_state

CUSTOMERS = 400
KILLS = 100


def make(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.executescript(TABLES)
        for i in range(CUSTOMERS):
            database.execute("INSERT INTO customers VALUES (?, 'Cy', 'none')", (f"K{i}",))
            database.execute("INSERT INTO orders VALUES (?, ?, 'delivered', 1)", (f"KO{i}", f"K{i}"))
            database.execute("INSERT INTO items (id, order_id, price) VALUES (?, ?, 100)", (f"KI{i}", f"KO{i}"))
    database.close()


def work(path: Path) -> None:
    """Bring every case so far to its refund, then open more; each refund is tried twice."""
    clauses = [clause | {"when": []} if clause["name"] == "small refunds" else clause for clause in POLICY["clause"]]
    desk = Desk(Store(path, read_state), policy({"clause": clauses}))
    for case in desk.store.cases():
        if not any(entry.body.get("tool") == "refund_item" for entry in desk.store.case(case).entries):
            refund(desk, case, path)
    while (known := len(desk.store.cases())) < CUSTOMERS:
        refund(desk, desk.open(f"K{known}"), path)


def refund(desk: Desk, case: str, path: Path) -> None:
    number = desk.store.case(case).customer_id[1:]
    desk.call(case, "read_order", {"order_id": f"KO{number}"})
    for _ in range(2):
        order: dict[str, Any] = {
            "order_id": f"KO{number}",
            "item_id": f"KI{number}",
            "amount": 100,
            "reason": "damaged",
        }
        if desk.call(case, "refund_item", order).kind == "done":
            with path.with_suffix(".told").open("a") as told:
                told.write(f"KI{number}\n")


def main(path: Path) -> None:
    make(path)
    chance = random.Random(7)
    for _ in range(KILLS):
        child = os.fork()
        if not child:
            work(path)
            os._exit(0)
        time.sleep(chance.uniform(0.005, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
