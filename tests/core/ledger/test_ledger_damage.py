"""Whatever happens to a ledger's files, an error names it; nothing that was lost is "all is well"."""

import logging
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result as Invoked

from fewsight.cli import root
from fewsight.errors import LedgerError
from fewsight.ledger import Answer, Ledger, Result
from tests.core.ledger.test_ledger_faults import BATCH, record_in_a_process

MakeAnswer = Callable[..., Answer]
MakeResult = Callable[..., Result]
NAME = "ledger.sqlite"


@pytest.fixture
def folder(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> Path:
    """A ledger of 300 results that was closed."""
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k": answer("{}")}, [result(f"c{number}", "k") for number in range(300)])
    return tmp_path


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A ledger whose writer was killed: its newest batches stand beside it."""
    process = record_in_a_process(tmp_path)
    assert process.stdout is not None
    for _ in range(20):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return tmp_path


def command(*arguments: "str | Path") -> Invoked:
    return CliRunner().invoke(root, ["ledger", *map(str, arguments)])


def export(folder: Path) -> Invoked:
    return CliRunner().invoke(root, ["export", str(folder), "-o", str(folder / "out.csv")])


def check_named(folder: Path, words: str) -> None:
    """`verify` reports it, and `export` stops and leaves no file."""
    verified, exported = command("verify", folder), export(folder)
    assert (verified.exit_code, "All is well" in verified.output) == (1, False)
    assert words in verified.output
    assert isinstance(exported.exception, LedgerError), exported.output
    assert not (folder / "out.csv").exists()


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / NAME)) as database:
        database.execute(statement)
        database.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE results SET body = replace(body, 'refund', 'praise') WHERE customer_id = 'c7'",
        "UPDATE results SET body = 'no json' WHERE customer_id = 'c7'",
        "UPDATE results SET customer_id = 'c7000' WHERE customer_id = 'c7'",
        "UPDATE results SET status = 'failed' WHERE customer_id = 'c7'",
    ],
)
def test_a_changed_row_ends_an_export(statement: str, folder: Path) -> None:
    change(folder, statement)
    check_named(folder, "customer 'c7")
    assert "is not what was recorded" in str(export(folder).exception)


def test_a_changed_answer_is_not_served_again(folder: Path) -> None:
    change(folder, "UPDATE answers SET body = 'no json'")
    with Ledger.open(folder) as ledger, pytest.raises(LedgerError, match="answer 'k' is not what was recorded"):
        ledger.get_answers(["k"])


@pytest.mark.parametrize("block", [b"\xff" * 4096, b"\0" * 4096, b"\xc3" * 200])
def test_overwritten_bytes_are_named(block: bytes, folder: Path) -> None:
    path = folder / NAME
    content = bytearray(path.read_bytes())
    for start in range(3 * 4096, len(content) - len(block), 5 * 4096):
        content[start + 100 : start + 100 + len(block)] = block
    path.write_bytes(content)
    check_named(folder, "")


def test_a_torn_page_is_named(folder: Path) -> None:
    """Half of a page is of another moment."""
    path = folder / NAME
    content = bytearray(path.read_bytes())
    page, other = (content.index(name) // 4096 * 4096 for name in (b"c150", b"c250"))  # of results
    content[page + 2048 : page + 4096] = content[other + 2048 : other + 4096]
    path.write_bytes(content)
    check_named(folder, "")


def test_a_cut_file_is_named(folder: Path) -> None:
    path = folder / NAME
    os.truncate(path, path.stat().st_size // 2)
    check_named(folder, "")


@pytest.mark.parametrize("content", [b"", b"customer_id,text\n" * 500, b"SQLite format 3\0" + b"\0" * 5000])
def test_a_file_that_is_no_ledger_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content)
    for done in (command("verify", tmp_path), command("show", tmp_path), export(tmp_path)):
        assert isinstance(done.exception, LedgerError)
        assert NAME in str(done.exception)


@pytest.mark.parametrize("beside", ["gone", "empty", "overwritten"])
def test_batches_that_stood_beside_a_ledger_are_missed(beside: str, killed: Path) -> None:
    wal = killed / f"{NAME}-wal"
    assert command("verify", killed).exit_code == 0
    if beside == "gone":
        wal.unlink()
    else:
        wal.write_bytes(b"" if beside == "empty" else b"\xff" * wal.stat().st_size)
    (killed / f"{NAME}-shm").unlink(missing_ok=True)
    check_named(killed, "the newest batches are missing")


def test_a_copy_of_the_main_file_alone_is_missed_too(killed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(killed / NAME, copy)
    check_named(copy, "the newest batches are missing")


def test_a_ledger_that_lost_batches_is_said_and_written_on(
    killed: Path, answer: MakeAnswer, result: MakeResult, caplog: pytest.LogCaptureFixture
) -> None:
    (killed / f"{NAME}-wal").unlink()
    with caplog.at_level(logging.WARNING), Ledger.open(killed) as ledger:
        assert "the newest batches are missing" in caplog.text
    assert command("verify", killed).exit_code == 1  # nothing was written, so they are still missing
    with Ledger.open(killed) as ledger:
        ledger.record({"k": answer()}, [result("c1", "k")])
    assert command("verify", killed).exit_code == 0


def test_a_copy_of_a_closed_ledger_needs_no_other_file(folder: Path, tmp_path: Path) -> None:
    with Ledger.open(folder, read_only=True) as reader:
        assert reader.summary().results == 300
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(folder / NAME, copy)
    assert "All is well: 300 results" in command("verify", copy).output


def test_a_killed_writer_loses_nothing_while_the_files_are_together(killed: Path) -> None:
    with Ledger.open(killed, read_only=True) as ledger:
        assert ledger.summary().results >= 20 * BATCH
    assert export(killed).exit_code == 0
