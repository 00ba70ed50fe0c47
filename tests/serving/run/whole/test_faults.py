import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from fewsight.ledger import Ledger

CUSTOMERS, BATCH = 24, 4
SCRIPT = Path(__file__).with_name("counting_run.py")


@pytest.fixture
def command(tmp_path: Path, model_path: Path) -> list[str]:
    table = tmp_path / "table.csv"
    rows = [f"c{i},2026-01-0{1 + i % 7},message,Where is my parcel number {i}?" for i in range(CUSTOMERS)]
    table.write_text("\n".join(["customer_id,time,kind,text", *rows]) + "\n")
    inputs = ["--histories", str(table), "--out", str(tmp_path / "run"), "--engine", "scripted"]
    return ["run", "churn_reason", *inputs, "--model", str(model_path)]


def start(tmp_path: Path, command: list[str], seconds: float) -> "subprocess.Popen[str]":
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "FEWSIGHT_CACHE": str(tmp_path / "cache")}
    arguments = [sys.executable, str(SCRIPT), str(tmp_path / "log"), str(seconds), *command]
    return subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def answered(tmp_path: Path) -> list[str]:
    log = tmp_path / "log"
    return log.read_text().split() if log.exists() else []


def wait_for(tmp_path: Path, lines: int, process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + 120
    while len(answered(tmp_path)) < lines and process.poll() is None:
        assert time.monotonic() < until, "the run never got that far"
        time.sleep(0.02)


def check_complete(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "run", read_only=True) as ledger:
        insights = list(ledger.insights())
        assert ledger.verify() == []
    assert sorted(i.customer_id for i in insights) == sorted(f"c{i}" for i in range(CUSTOMERS))
    assert {i.status for i in insights} == {"ok"}


@pytest.mark.slow
def test_kill_9_loses_and_doubles_nothing(tmp_path: Path, command: list[str]) -> None:
    chance, kills = random.Random(7), 0
    for _ in range(2):
        process = start(tmp_path, command, 0.2)
        wait_for(tmp_path, len(answered(tmp_path)) + chance.choice([4, 8]), process)
        time.sleep(chance.random() * 0.3)
        kills += process.poll() is None
        process.kill()
        process.communicate()
    process = start(tmp_path, command, 0)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    check_complete(tmp_path)
    times = Counter(answered(tmp_path))
    assert kills >= 1
    assert len(times) == CUSTOMERS
    assert sum(times.values()) - CUSTOMERS <= kills * BATCH  # only batches in flight were computed again


@pytest.mark.slow
def test_ctrl_c_finishes_the_batch_and_says_how_to_resume(tmp_path: Path, command: list[str]) -> None:
    process = start(tmp_path, command, 0.4)
    wait_for(tmp_path, 1, process)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert "the same command goes on from here" in said
    assert "Traceback" not in said
    done = len(answered(tmp_path))
    assert 0 < done < CUSTOMERS
    with Ledger.open(tmp_path / "run", read_only=True) as ledger:
        assert len(list(ledger.insights())) == done  # the batch in hand was finished and kept
    process = start(tmp_path, command, 0)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    check_complete(tmp_path)
    assert len(answered(tmp_path)) == CUSTOMERS


@pytest.mark.slow
def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path, command: list[str]) -> None:
    first = start(tmp_path, command, 30)
    wait = time.monotonic() + 120
    while not (tmp_path / "run" / "run.json").exists() and time.monotonic() < wait:
        time.sleep(0.05)
    second = start(tmp_path, command, 0)
    _, said = second.communicate(timeout=300)
    first.kill()
    first.communicate()
    assert second.returncode == 2
    assert f"is being written by process {first.pid}" in said.replace("\n", " ")
    assert "Traceback" not in said
