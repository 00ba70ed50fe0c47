"""An update that is killed goes on where it was, and asks nobody twice but for the batch in hand."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from fewsight.ledger import Ledger
from fewsight.serving.run.api import run
from tests.serving.run.whole.test_faults import SCRIPT

CUSTOMERS, CHANGED, BATCH = 30, 16, 4


def table(events: int) -> pd.DataFrame:
    """Three events of each customer, and one more of those who change."""
    rows = [(f"c{i:02}", f"2026-01-{day:02}", "order", f"{i} on {day}") for i in range(CUSTOMERS) for day in (1, 2, 3)]
    rows += [(f"c{i:02}", "2026-01-04", "order", f"{i} again") for i in range(CHANGED)] * (events > 3)
    return pd.DataFrame(rows, columns=["customer_id", "time", "kind", "text"])


@pytest.mark.slow
@pytest.mark.parametrize("again", [("--update",), ()])
def test_kill_9_in_an_update(
    again: tuple[str, ...], tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    file, log = tmp_path / "table.csv", tmp_path / "log"

    def start(seconds: float, *words: str) -> "subprocess.Popen[str]":
        command = ["run", "churn_reason", "--histories", file, "--out", tmp_path / "run", "--engine", "scripted"]
        arguments = [sys.executable, SCRIPT, log, seconds, *command, "--model", model_path, *words]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        return subprocess.Popen([str(one) for one in arguments], stderr=subprocess.PIPE, text=True, env=environment)

    table(3).to_csv(file, index=False)
    assert start(0).wait(300) == 0
    first = len(log.read_text().split())
    table(4).to_csv(file, index=False)
    process = start(0.4, "--update")
    while len(log.read_text().split()) < first + 2 * BATCH and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    process = start(0, *again)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    with Ledger.open(tmp_path / "run", read_only=True) as ledger:
        assert ledger.verify() == []
        newest = {one.customer_id: f"{one.as_of:%d}" for one in ledger.insights()}
        older = sum(not one.newest for one in ledger.versions())
    silent = CUSTOMERS - CHANGED  # whose silence passed its first day
    assert newest == {f"c{i:02}": "04" for i in range(CUSTOMERS)}
    assert older == CUSTOMERS
    asked = len(log.read_text().split()) - first
    assert CHANGED + silent <= asked <= CHANGED + silent + BATCH


def test_a_dry_run_counts_what_an_update_would_ask(
    tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from fewsight.cli import root

    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    run("intent", table(3), tmp_path / "run", engine="scripted", model=str(model_path))
    more = table(3).assign(time=table(3)["time"] + "T12:00").iloc[:4]
    pd.concat([table(3), more]).to_csv(tmp_path / "t.csv", index=False)
    words = ["run", "intent", "--histories", tmp_path / "t.csv", "--out", tmp_path / "run", "--engine", "scripted"]
    words += ["--model", model_path, "--update", "--dry-run", "--tz", "UTC"]
    done = CliRunner().invoke(root, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    (line,) = [line for line in done.output.splitlines() if "requests to compute" in line]
    assert line.split()[-1] == "2"
