"""A whole run over few and over many histories: does memory grow, and how many insights come in a second?

Engine scripted (no model runs), the real tokenizer, masking and ledger on, ten events for each customer.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.common import Figure

EVENTS = 10
COMMAND = Path(sys.executable).parent / "fewsight"
# In a process of its own: what it needs must not count as the memory of the process that starts the runs.
TABLES = f"""
import sys, pathlib
from fewsight.shop.generate import generate
from fewsight.shop.tables import write_sample
customers, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
write_sample(generate(customers, seed=1, events=({EVENTS}, {EVENTS})), folder)
(folder / "truth.jsonl").unlink()
"""


@dataclass(frozen=True)
class Measured:
    """One run: peak resident memory, seconds of the whole command (wall and CPU), insights per second of answering."""

    megabytes: float
    wall: float
    cpu: float
    rate: float


def measure(small: int = 10_000, large: int = 1_000_000, folder: str = "") -> list[Figure]:
    """Two runs, each in its own process; `folder` keeps the tables for another time."""
    with ExitStack() as stack:
        place = Path(folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="fewsight-scale-")))
        runs = {customers: _run(customers, _tables(customers, place)) for customers in (small, large)}
    growth = runs[large].megabytes / runs[small].megabytes - 1
    rows = [figure for customers, run in runs.items() for figure in _figures(customers, run)]
    return [*rows, Figure("peak memory grows by, %", 100 * growth, "< 10")]


def _figures(customers: int, run: Measured) -> list[Figure]:
    return [
        Figure(f"{customers:,} histories: peak memory, MB", run.megabytes),
        Figure(f"{customers:,} histories: insights/s, without loading", run.rate, ">= 1000"),
        Figure(f"{customers:,} histories: insights/s, the whole command", customers / run.wall),
        Figure(f"{customers:,} histories: insights per second of CPU, the whole command", customers / run.cpu),
    ]


def _tables(customers: int, place: Path) -> Path:
    tables = place / str(customers)
    if not (tables / "profiles.csv").exists():
        subprocess.run([sys.executable, "-c", TABLES, str(customers), str(tables)], check=True)
    return tables


def _run(customers: int, tables: Path) -> Measured:
    with tempfile.TemporaryDirectory(prefix="fewsight-scale-run-", dir=tables) as out:
        inputs = ["--histories", str(tables / "histories.csv"), "--profiles", str(tables / "profiles.csv")]
        log = Path(out) / "said.txt"
        begun = time.perf_counter()
        with log.open("w") as said:
            child = subprocess.Popen(
                [COMMAND, "run", "intent", *inputs, "--engine", "scripted", "--out", out], stderr=said
            )
        _, status, used = os.wait4(child.pid, 0)  # unlike wait(), it tells the memory of this one child
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(f"the run over {customers} histories failed: {log.read_text()[-2000:]}")
        (summary,) = json.loads((Path(out) / "summary.json").read_text())["last_call"]
    if summary["statuses"] != {"ok": customers}:
        raise RuntimeError(f"{customers} histories gave {summary['statuses']}")
    return Measured(_megabytes(used.ru_maxrss), wall, used.ru_utime + used.ru_stime, customers / summary["seconds"])


def _megabytes(peak: int) -> float:
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
