"""An evaluation that trains its own adapter; it needs the tiny model that can be trained."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.evals.suite.config import make_suite
from fewsight.evals.suite.run import evaluate
from fewsight.serving.models.names import ModelFolder

WORDS = {"late": "where is my parcel", "refund": "give my money back"}


def test_an_arm_trains_once_and_forms_a_curve(
    base: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, first, each in (("train", 0, 20), ("test", 100, 6)):
        rows = [f"{text} {number},{label}" for number in range(first, first + each) for label, text in WORDS.items()]
        (tmp_path / f"{name}.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    monkeypatch.chdir(tmp_path)
    made = CliRunner().invoke(
        root, ["tasks", "new", "toy", "--from", "train.csv", "--text", "text", "--label", "label"]
    )
    assert made.exit_code == 0, made.output
    (tmp_path / "quick.toml").write_text("epochs = 2\nbatch_rows = 8\nrank = 4\nvalid_share = 0.2\n")
    arms = [{"name": f"tuned {n}", "arm": f"finetune@{n}", "config": "quick.toml"} for n in (16, 32)]
    data = {
        "tasks": [{"task": "toy", "train": "train.csv", "test": "test.csv"}],
        "arms": ["tfidf-lr", *arms],
        "model": str(base.path),
        "engine": "transformers",
        "dtype": "float32",
        "prices": {"per_label": 0.1, "per_hour": 1.0},
    }
    report = evaluate(make_suite(data, tmp_path), tmp_path / "out")
    field = report.tasks[0].fields[0]
    assert [(point.family, point.labels) for point in field.curve] == [("finetune", 16), ("finetune", 32)]
    cost = report.tasks[0].arms[2].cost
    assert cost.training_seconds
    assert cost.price_per_1000

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was trained already")

    monkeypatch.setattr("fewsight.finetune.pipeline.finetune", never)
    assert evaluate(make_suite(data, tmp_path), tmp_path / "out") == report
