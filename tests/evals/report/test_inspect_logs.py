"""Evaluations as logs that inspect_ai reads."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.errors import InputError
from fewsight.evals.model import Report
from fewsight.evals.report.inspect_logs import export
from fewsight.evals.suite.config import make_suite
from fewsight.evals.suite.run import evaluate

log = pytest.importorskip("inspect_ai.log", reason="the extra 'inspect' is not installed")


@pytest.fixture
def finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Report]:
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{'where is parcel' if i % 2 else 'give money back'} {i},{'late' if i % 2 else 'refund'}" for i in range(40)
    ]
    for name, part in (("train", rows[:24]), ("test", [*rows[24:39], "neither,refund"])):
        (tmp_path / f"{name}.csv").write_text("\n".join(["text,label", *part]) + "\n")
    made = CliRunner().invoke(
        root, ["tasks", "new", "toy", "--from", "train.csv", "--text", "text", "--label", "label"]
    )
    assert made.exit_code == 0, made.output
    task = next(path.parent for path in tmp_path.rglob("task.toml"))
    tasks = [{"task": str(task), "train": "train.csv", "test": "test.csv"}]
    return tmp_path / "out", evaluate(
        make_suite({"tasks": tasks, "arms": ["majority", "tfidf-lr"], "baselines": False}), tmp_path / "out"
    )


def test_a_log_tells_what_the_report_tells(finished: tuple[Path, Report], tmp_path: Path) -> None:
    out, report = finished
    done = CliRunner().invoke(root, ["eval", "export", str(out), "--to", str(tmp_path / "logs")])
    assert done.exit_code == 0, done.output
    assert "2 logs" in done.output
    (field,) = report.tasks[0].fields
    for arm, figures in field.figures.items():
        read = log.read_eval_log(str(tmp_path / "logs" / f"toy-toy-{arm}.eval"))
        assert (read.status, read.eval.task, read.eval.model) == ("success", "toy/toy", f"fewsight/{arm}")
        metrics = read.results.scores[0].metrics
        assert metrics["accuracy"].value == figures["accuracy"].value
        assert metrics["accuracy_low"].value == figures["accuracy"].low
        right = [sample.scores["label"].value == "C" for sample in read.samples]
        assert sum(right) / len(right) == pytest.approx(figures["accuracy"].value)
        assert {sample.target for sample in read.samples} == {"late", "refund"}
    assert all(b"parcel" not in path.read_bytes() for path in (tmp_path / "logs").iterdir())


def test_a_folder_without_an_evaluation_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"report\.json"):
        export(tmp_path, tmp_path / "logs")
