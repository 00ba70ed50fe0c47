import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from fewsight.errors import LedgerError
from fewsight.ledger import Answer, Ledger, Result

MakeAnswer = Callable[..., Answer]
MakeResult = Callable[..., Result]
RECORDER = Path(__file__).with_name("recorder.py")
BATCH = 32


def record_in_a_process(folder: Path, start: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, str(RECORDER), str(folder), str(start)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_a_killed_writer_leaves_whole_batches_and_loses_none(tmp_path: Path) -> None:
    start = 0
    for pause in (0.0, 0.003, 0.02, 0.05, 0.11, 0.2):
        process = record_in_a_process(tmp_path, start)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        printed, _ = process.communicate()
        with Ledger.open(tmp_path, read_only=True) as ledger:
            assert ledger.verify() == []
            rows = Counter(int(insight.customer_id[:6]) for insight in ledger.insights())
        assert set(rows.values()) <= {BATCH}
        assert set(range(start + len(printed.split()))) <= set(rows), "a batch that was reported is missing"
        start = len(rows)


def test_a_writer_that_adds_nothing_closes_what_a_killed_one_left(tmp_path: Path) -> None:
    process = record_in_a_process(tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "0\n", "the first batch was kept"
    process.kill()
    process.communicate()
    for _ in range(2):
        Ledger.open(tmp_path).close()
        with Ledger.open(tmp_path, read_only=True) as ledger:
            assert ledger.verify() == []


def test_one_writer_many_readers(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    process = record_in_a_process(tmp_path)
    try:
        with pytest.raises(LedgerError, match=rf"being written by process {process.pid}\. Wait"):
            Ledger.open(tmp_path)
        with Ledger.open(tmp_path, read_only=True) as reader:
            before = reader.summary().results
            while reader.summary().results <= before + BATCH:
                time.sleep(0.01)
            with pytest.raises(LedgerError, match="readonly"):
                reader.record({"k": answer()}, [])
    finally:
        process.kill()
        process.communicate()
    with Ledger.open(tmp_path) as ledger:  # the lock ended with its process
        ledger.record({"k": answer()}, [result("c1", "k")])


def test_a_second_writer_in_one_process_is_refused_too(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        with pytest.raises(LedgerError, match=f"process {os.getpid()}"):
            Ledger.open(tmp_path)
        ledger.close()
        Ledger.open(tmp_path).close()


def test_a_full_disk_keeps_earlier_batches_and_says_how_to_go_on(
    tmp_path: Path, answer: MakeAnswer, result: MakeResult
) -> None:
    def batch(number: int) -> tuple[dict[str, Answer], list[Result]]:
        keys = [f"{number}-{row}" for row in range(50)]
        return {key: answer("x" * 1000) for key in keys}, [result(key, key) for key in keys]

    kept = 0

    def fill(ledger: Ledger) -> None:
        nonlocal kept
        for number in range(100):
            ledger.record(*batch(number))
            kept = number + 1

    with Ledger.open(tmp_path) as ledger:
        ledger._database.execute("PRAGMA max_page_count = 200")
        with pytest.raises(LedgerError, match=r"full\. All batches before this one are kept\. Make room .* same"):
            fill(ledger)
        assert 0 < kept < 100
        assert ledger.summary().results == 50 * kept
    with Ledger.open(tmp_path) as ledger:
        assert ledger.verify() == []
        ledger.record(*batch(kept))
        assert ledger.summary().results == 50 * (kept + 1)


def test_a_missing_ledger_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"no ledger at .*ledger\.sqlite"):
        Ledger.open(tmp_path, create=False)
    with pytest.raises(LedgerError, match="no ledger"):
        Ledger.open(tmp_path / "x.sqlite", read_only=True)
    with pytest.raises(LedgerError, match="Can't write beside the ledger"):
        Ledger.open(tmp_path / "no" / "x.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_another_version_and_other_files_are_refused(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "new.sqlite").close()
    with closing(sqlite3.connect(tmp_path / "new.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as database:
        database.execute("CREATE TABLE t (x)")
    (tmp_path / "text.sqlite").write_text("not a database " * 100)
    for read_only in (False, True):
        with pytest.raises(LedgerError, match="version 99, this fewsight reads version 1"):
            Ledger.open(tmp_path / "new.sqlite", read_only=read_only)
        with pytest.raises(LedgerError, match="holds no ledger"):
            Ledger.open(tmp_path / "other.sqlite", read_only=read_only)
        with pytest.raises(LedgerError, match="not a database"):
            Ledger.open(tmp_path / "text.sqlite", read_only=read_only)
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


def test_a_damaged_file_is_reported_not_crashed_on(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    with Ledger.open(tmp_path) as ledger:
        rows = [result(f"c{number}", "k") for number in range(200)]
        ledger.record({"k": answer()}, rows)
    file = tmp_path / "ledger.sqlite"
    content = bytearray(file.read_bytes())
    content[20_000:40_000] = b"\xff" * 20_000
    file.write_bytes(content)
    with Ledger.open(tmp_path, read_only=True) as ledger:
        assert ledger.verify()
        with pytest.raises(LedgerError, match=r"damaged: .*ledger verify"):
            list(ledger.insights())


def test_a_folder_that_can_not_be_written_can_be_read(
    tmp_path: Path, answer: MakeAnswer, result: MakeResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k": answer()}, [result("c1", "k")])
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # root may write whatever the mode says
    with Ledger.open(tmp_path, read_only=True) as ledger:
        assert len(list(ledger.insights())) == 1
        assert sorted(tmp_path.iterdir()) == before


def test_a_lock_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    Ledger.open(tmp_path).close()
    (lock,) = tmp_path.glob("*.lock")
    target = tmp_path / "precious.txt"
    target.write_text("keep", "utf-8")
    lock.unlink()
    lock.symlink_to(target)
    with pytest.raises(LedgerError, match="Can't write beside the ledger"):
        Ledger.open(tmp_path)
    assert target.read_text("utf-8") == "keep"


def test_a_lock_is_closed_by_another_thread(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    lock = ledger._lock
    assert lock is not None
    ledger._lock = None
    thread = Thread(target=lock.close)
    thread.start()
    thread.join()
    Ledger.open(tmp_path).close()
