"""`fewsight label distil`: confident answers of a run as rows to train on."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import click.testing
import pytest
from click.testing import CliRunner

import fewsight
from fewsight.cli import root
from fewsight.errors import ConfigError, InputError
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.finding import load_task
from fewsight.serving.models.names import ModelFolder

TASK = "churn_reason"


@pytest.fixture(scope="module")
def run(model: ModelFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over the sample shop; the scripted engine's probabilities are those of its own making."""
    folder = tmp_path_factory.mktemp("labels")
    made = CliRunner().invoke(root, ["sample", "--customers", "30", "--events", "1", "5", "--out", f"{folder}/shop"])
    assert made.exit_code == 0
    shop = folder / "shop"
    tables = shop / "histories.csv", folder / "run"
    fewsight.run(TASK, *tables, profiles=shop / "profiles.csv", engine="scripted", model=str(model.path))
    return folder


def label(run: Path, out: Path, *words: Any, histories: Path | None = None) -> click.testing.Result:
    tables = ["--histories", histories or run / "shop/histories.csv", "--profiles", run / "shop/profiles.csv"]
    common = [run / "run", TASK, *tables]
    return CliRunner().invoke(root, ["label", "distil", *map(str, [*common, "--out", out, *words])])


def shares(run: Path, out: Path) -> list[dict[str, str]]:
    assert label(run, out, "--confidence", 0).exit_code == 0
    with out.with_suffix(".probabilities.csv").open() as file:
        return list(csv.DictReader(file))


def test_all_labels_come_back_as_rows_that_train(run: Path, tmp_path: Path) -> None:
    found = label(run, tmp_path / "rows.jsonl", "--confidence", 0)
    assert found.exit_code == 0, (found.output, found.exception)
    gold = read_gold(tmp_path / "rows.jsonl", load_task(TASK))
    assert not gold.left_out
    source = json.loads((tmp_path / "rows.source.json").read_text())
    assert source["counts"]["rows"] == source["counts"]["insights"] == len(gold.rows) + gold.repeated
    assert source["answered_by"]["engine"] == "scripted"
    labels = {row["id"]: row["label"] for row in shares(run, tmp_path / "again.jsonl")}
    assert all(row.values["reason"] == labels[row.id] for row in gold.rows)
    assert (tmp_path / "rows.jsonl").stat().st_mode & 0o077 == 0, "customers' texts are their owner's"


def test_labels_below_the_confidence_are_left_out_and_counted(run: Path, tmp_path: Path) -> None:
    found = sorted(float(row["probability"]) for row in shares(run, tmp_path / "all.jsonl"))
    middle = found[len(found) // 2]
    assert found[0] < middle
    said = label(run, tmp_path / "some.jsonl", "--confidence", middle)
    kept = sum(share >= middle for share in found)
    counts = json.loads((tmp_path / "some.source.json").read_text())["counts"]
    assert abs(counts["rows"] - kept) <= 1, "the table rounds"
    assert counts["rows"] + counts["unsure"] + counts["not_ok"] + counts["without_history"] == counts["insights"]
    assert f"{counts['unsure']:,} had no label" in said.output


def test_evidence_counts_the_events_of_the_row(run: Path, tmp_path: Path) -> None:
    label(run, tmp_path / "rows.jsonl", "--confidence", 0)
    for row in map(json.loads, (tmp_path / "rows.jsonl").read_text().splitlines()):
        legal = {f"E{number}" for number in range(1, len(row["events"]) + 1)}
        assert set(row["answer"]["evidence"]) <= legal
        assert set(row["answer"]) >= {closed.path for closed in closed_fields(load_task(TASK).output)}


def test_the_numbers_of_rows_name_no_customers(model: ModelFolder, tmp_path: Path) -> None:
    table = tmp_path / "messages.csv"
    table.write_text("text\nwhere is my parcel\ni leave you\n")
    fewsight.run(TASK, table, tmp_path / "run", engine="scripted", model=str(model.path))
    words = ["label", "distil", tmp_path / "run", TASK, "--histories", table, "--out", tmp_path / "rows.jsonl"]
    done = CliRunner().invoke(root, [*map(str, words), "--confidence", "0"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["row-1", "row-2"]
    assert not any("customer_id" in row for row in rows)


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (["--confidence", 1], InputError, r"None of 30 answers has a label with a probability of 1"),
        (["--out", "rows.csv"], ConfigError, r"does not end in \.jsonl"),
    ],
)
def test_what_can_not_be_done_is_said_and_leaves_nothing(
    run: Path, tmp_path: Path, words: list[Any], kind: type[Exception], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = label(run, tmp_path / "rows.jsonl", *words)
    with pytest.raises(kind, match=message):
        raise found.exception or AssertionError(found.output)
    assert list(tmp_path.iterdir()) == []


def test_histories_of_others_are_refused(run: Path, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("customer_id,text\nnobody,hello\n")
    found = label(run, tmp_path / "rows.jsonl", "--confidence", 0, histories=tmp_path / "other.csv")
    assert "not the histories of the run" in str(found.exception)


def test_another_task_or_a_changed_one_is_refused(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    common = ["--histories", run / "shop/histories.csv", "--profiles", run / "shop/profiles.csv", "--out", "rows.jsonl"]
    monkeypatch.chdir(tmp_path)
    other = CliRunner().invoke(root, list(map(str, ["label", "distil", run / "run", "intent", *common])))
    assert "did not ask 'intent', but churn_reason" in str(other.exception)
    frozen = json.loads((run / "run" / "run.json").read_text())
    shutil.copytree(run / "run", tmp_path / "changed")
    frozen["task_digests"][TASK] = "0"
    (tmp_path / "changed" / "run.json").write_text(json.dumps(frozen))
    changed = CliRunner().invoke(root, list(map(str, ["label", "distil", "changed", TASK, *common])))
    assert "was changed after the run" in str(changed.exception)
