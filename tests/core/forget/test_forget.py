"""Forgetting a customer: nothing of them is left in any byte, everything of others stays and verifies."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from click.testing import Result as Invoked

import fewsight
from fewsight.cli import root
from fewsight.errors import InputError, LedgerError
from fewsight.forget import forgetting
from fewsight.forget.kinds import Trace
from fewsight.ledger import Ledger

ANNA = "anna.kim@example.com"
TABLE = pd.DataFrame(
    [
        (ANNA, "2026-01-01", "message", "The zebrawood table wobbles, mail zoe@example.org"),
        ("c2", "2026-01-02", "message", "Where is my parcel?"),
        ("c3", "2026-01-02", "message", "Where is my parcel?"),
    ],
    columns=["customer_id", "time", "kind", "text"],
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_path: Path) -> Path:
    """A run that was updated, and its page, exports and other files with rows of its customers."""
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "files" / "run"
    given: dict[str, Any] = {"out": out, "engine": "scripted", "model": str(model_path)}
    fewsight.run("intent", TABLE, **given)
    more = pd.DataFrame([(ANNA, "2026-01-05", "message", "The zebrawood is too dear")], columns=TABLE.columns)
    fewsight.run("intent", pd.concat([TABLE, more]), **given, update=True)
    invoke("export", out, "-o", out.parent / "plain.csv", "--versions")
    invoke("export", out, "-o", out.parent / "restored.parquet", "--restore")
    TABLE.to_csv(out.parent / "rows.csv", index=False)
    TABLE.to_json(out.parent / "labelled.jsonl", orient="records", lines=True)
    (out / "quarantine.jsonl").write_text(json.dumps({"line": 3, "value": "x", "customer_id": ANNA}) + "\n")
    (out / "insights.html").write_text(f"<p>{ANNA}</p>")
    return out.parent


def invoke(*words: "str | Path") -> Invoked:
    done = CliRunner().invoke(root, [str(word) for word in words])
    assert done.exit_code == 0, (done.output, done.exception)
    return done


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith((".lock", "-shm")))
    return {str(path.relative_to(folder)): held for path in files if (held := path.read_bytes())}


def check_gone(folder: Path) -> None:
    for name, found in content(folder).items():
        key = [word for word in (ANNA, "zebrawood", "zoe@", "[CUSTOMER_", "wobbles") if word.encode() in found]
        assert not key, (name, key)


def test_no_byte_is_left_and_others_stay(folder: Path) -> None:
    with Ledger.open(folder / "run", read_only=True) as ledger:
        before = {one.customer_id: one for one in ledger.insights()}
        assert ledger.summary().older > 0
    assert b"[CUSTOMER_" in content(folder)["run/ledger.sqlite"]
    done = invoke("forget", ANNA, "--in", folder)
    check_gone(folder)
    assert "adapters" in done.output
    assert "All is well: 2 results, " in invoke("ledger", "verify", folder / "run").output
    with Ledger.open(folder / "run", read_only=True) as ledger:
        assert {one.customer_id: one for one in ledger.insights()} == {name: before[name] for name in ("c2", "c3")}
    assert list(pd.read_csv(folder / "rows.csv")["customer_id"]) == ["c2", "c3"]
    assert list(pd.read_parquet(folder / "restored.parquet")["customer_id"]) == ["c2", "c3"]
    assert not (folder / "run" / "insights.html").exists()


def test_the_record_has_digests_and_nothing_of_the_customer(folder: Path) -> None:
    with Ledger.open(folder / "run", read_only=True) as ledger:
        before = set(ledger.erasure(lambda one: one.startswith("[CUSTOMER")).digests())
    invoke("forget", ANNA, "--in", folder)
    lines = [json.loads(line) for line in (folder / "forgotten.jsonl").read_text("utf-8").splitlines()]
    by_file = {line["file"]: set(line["digests"]) for line in lines if "file" in line}
    assert by_file["run/ledger.sqlite"] == before
    assert {"plain.csv", "restored.parquet", "rows.csv", "labelled.jsonl", "run/pseudonyms.jsonl"} <= set(by_file)
    assert lines[-1]["finished"]
    assert (folder / "forgotten.jsonl").stat().st_mode & 0o777 == 0o600


def test_an_answer_that_others_use_stays(folder: Path) -> None:
    with Ledger.open(folder / "run", read_only=True) as ledger:
        answers = ledger.summary().answers
    invoke("forget", "c2", "--in", folder / "run")  # c3 said the same
    with Ledger.open(folder / "run", read_only=True) as ledger:
        assert ledger.summary().answers == answers
    invoke("forget", "c3", "--in", folder / "run")
    with Ledger.open(folder / "run", read_only=True) as ledger:
        assert ledger.summary().answers == answers - 1
        assert ledger.verify() == []


@pytest.mark.parametrize("survives", range(8))
def test_a_call_that_was_killed_is_finished_by_the_same_call(
    survives: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, look = iter(range(100)), forgetting._look

    def killed(trace: Trace, remove: Any) -> None:
        if next(calls) >= survives:
            raise KeyboardInterrupt
        remove()

    def looked(*given: Any) -> forgetting.Forgotten:
        found = look(*given)
        found.removed = [
            Trace(one.path, one.what, one.digests, lambda one=one: killed(one, one.remove))  # type: ignore[misc]
            for one in found.removed
        ]
        return found

    with monkeypatch.context() as patched:
        patched.setattr(forgetting, "_look", looked)
        with pytest.raises(KeyboardInterrupt):
            forgetting.forget(ANNA, [folder])
    invoke("forget", ANNA, "--in", folder)
    check_gone(folder)
    assert "2 results" in invoke("ledger", "verify", folder / "run").output


def test_a_call_that_died_before_the_file_was_written_anew_is_finished(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke("forget", ANNA, "--in", folder)
    record = folder / "forgotten.jsonl"
    record.write_text("".join(record.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    assert "is finished" in invoke("forget", ANNA, "--in", folder).output


def test_nothing_is_removed_where_something_is_wrong(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(folder)

    def refused(kind: type[Exception], words: str, customer: str, *places: Path) -> None:
        with pytest.raises(kind, match=words):
            forgetting.forget(customer, places)
        after = content(folder)
        assert {name: after[name] for name in before} == before

    refused(InputError, "is of a customer 'c4'", "c4", folder)
    (folder / "empty").mkdir()
    refused(InputError, "holds no run, evaluation or table", ANNA, folder / "empty")
    with Ledger.open(folder / "run"):
        refused(LedgerError, f"is being written by process {os.getpid()}", ANNA, folder)
    writable = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "rows.csv" and writable(path, mode))
    refused(InputError, r"Can't write '.*rows\.csv'; nothing was removed", ANNA, folder)


def test_what_is_not_known_is_named(folder: Path) -> None:
    (folder / "notes.txt").write_text(f"called {ANNA}")
    (folder / "sheet.xlsx").write_bytes(b"PK")
    (folder / "adapter.safetensors").write_bytes(b"")
    (folder / "torn.parquet").write_bytes(b"PAR1")
    (folder / "link.csv").symlink_to(folder / "rows.csv")
    done = invoke("forget", ANNA, "--in", folder)
    told = {line.split(": ")[0].rpartition("/")[2]: line for line in done.output.splitlines() if str(folder) in line}
    assert "names the id" in told["notes.txt"]
    assert "not looked into" in told["sheet.xlsx"]
    assert "weights" in told["adapter.safetensors"]
    assert "can't be read" in told["torn.parquet"]


def test_rows_of_others_stay_byte_for_byte(tmp_path: Path) -> None:
    rows = ["\ufeffcustomer_id;text\r\n", 'c1;"a\r\nc2;b"\r\n', "c2;x\r\n", "'=c2;\udcff\r\n", "c3;caf\xe9"]
    (tmp_path / "t.csv").write_bytes("".join(rows).encode("utf-8", "surrogateescape"))
    with gzip.open(tmp_path / "p.jsonl.gz", "wb") as file:
        file.write(b'{"labels": []}\n{"id":"r1","customer":"c2"}\n{"id": "r2",  "customer":"c1"}\nno json\n')
    invoke("forget", "c2", "--in", tmp_path / "t.csv", "--in", tmp_path / "p.jsonl.gz")
    kept = "".join([*rows[:2], *rows[3:]])
    assert (tmp_path / "t.csv").read_bytes() == kept.encode("utf-8", "surrogateescape")
    with gzip.open(tmp_path / "p.jsonl.gz") as file:
        assert file.read() == b'{"labels": []}\n{"id": "r2",  "customer":"c1"}\nno json\n'
    invoke("forget", "=c2", "--in", tmp_path / "t.csv")
    assert b"=c2" not in (tmp_path / "t.csv").read_bytes()


def test_an_evaluation_knows_a_customer_by_labelled_rows(tmp_path: Path, answer: Any, result: Any) -> None:
    for name in ("one", "two"):
        arms, told = tmp_path / name / "arms", tmp_path / name / "predictions" / "intent" / "intent"
        told.mkdir(parents=True)
        arms.mkdir()
        customer = "c1" if name == "one" else "c9"
        lines = [{"labels": []}, {"id": "r1", "customer": customer}, {"id": "r2", "customer": "c2"}]
        (told / "arm.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        with Ledger.open(arms) as ledger:
            ledger.record({"k": answer()}, [result(f"test\x1f{row}\x1fabc", "k") for row in ("r1", "r2")])
    (tmp_path / "one" / "report.html").write_text("<p>r1</p>")
    invoke("forget", "c1", "--in", tmp_path)
    for name, rows in (("one", ["r2"]), ("two", ["r1", "r2"])):
        with Ledger.open(tmp_path / name / "arms", read_only=True) as ledger:
            assert [one.customer_id.split("\x1f")[1] for one in ledger.insights()] == rows
    assert not (tmp_path / "one" / "report.html").exists()
    assert "c1" not in (tmp_path / "one/predictions/intent/intent/arm.jsonl").read_text()


def test_maps_of_ids_lose_the_customer_and_name_further_ids(tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("system,id,customer\nshop,4711,ann\ndesk,t9,ann\ndesk,t8,bob\n")
    (tmp_path / "pairs.csv").write_text("old,new\nt9,4711\nx,y\n")
    (tmp_path / "segments.csv").write_text("customer,segment\nann,s1\nbob,s2\n")
    done = invoke("forget", "ann", "--in", tmp_path)
    assert (tmp_path / "ids.csv").read_text() == "system,id,customer\ndesk,t8,bob\n"
    assert (tmp_path / "segments.csv").read_text() == "customer,segment\nbob,s2\n"
    assert "it said that '4711', 't9' are the same customer; forget these too" in done.output
    assert "x,y" in (tmp_path / "pairs.csv").read_text()
    invoke("forget", "t9", "--in", tmp_path)
    assert (tmp_path / "pairs.csv").read_text() == "old,new\nx,y\n"
