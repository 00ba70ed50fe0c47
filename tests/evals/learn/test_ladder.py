"""The ladder over the toy task, with an encoder of words; the vote of near rows stands where the adapter does."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from fewsight.errors import ConfigError, InputError
from fewsight.evals.arms.kinds.finetune import FinetuneArm
from fewsight.evals.learn import ladder
from fewsight.evals.learn.ladder import Goal, learn
from fewsight.evals.learn.rows import split_files
from fewsight.evals.learn.time_needed import training_minutes
from fewsight.finetune.config_file import make_config
from fewsight.notices import Silent
from fewsight.prompts.columns import Columns
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.scaffold import new_labelling_task
from tests.evals.support import invoke, write
from tests.evals.words import use_word_encoder

EXTRA = [f"other words entirely {word},late,z" for word in ("apple", "brick", "cloud", "drum", "eagle", "fern")]


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    use_word_encoder(monkeypatch)
    monkeypatch.setattr(ladder, "ADAPTER", "knn-vote")
    monkeypatch.setattr(ladder._Climb, "_arm", lambda self, name: name)
    monkeypatch.setattr(ladder, "RUNGS", ("names", "encoder", "knn-vote", "fused:encoder+knn-vote"))
    monkeypatch.setattr(ladder, "training_minutes", lambda task, train, model, preset: 5.0)
    return write(tmp_path / "labelled.csv", 60)


def tried(folder: Path) -> list[str]:
    report = json.loads((folder / "evaluation" / "report.json").read_text())
    return [arm["name"] for arm in report["tasks"][0]["arms"]]


def test_all_rungs_are_tried_and_the_cheapest_good_one_runs(task: Path, train: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    learned = learn(str(task), train, out)
    assert tried(out) == ["majority", *ladder.RUNGS]
    assert learned.ended == "all rungs were tried"
    assert learned.arm in ladder.RUNGS
    assert json.loads((learned.folder / "answerer.json").read_text())["name"] == learned.arm
    asked = tmp_path / "asked.csv"
    asked.write_text("customer_id,text\nc1,i want a refund\nc2,where is my parcel\n")
    done = invoke("run", task, "--histories", asked, "--answerer", learned.folder, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert "refund 1, late 1" in done.output


def test_it_ends_where_the_target_is_shown(task: Path, train: Path, tmp_path: Path) -> None:
    learned = learn(str(task), train, tmp_path / "out", goal=Goal(target=0.6))
    assert learned.ended == "encoder is shown to have the target of 60 % right"
    assert tried(tmp_path / "out") == ["majority", "names", "encoder"]


def test_a_training_that_would_take_too_long_is_not_begun(task: Path, train: Path, tmp_path: Path) -> None:
    learned = learn(str(task), train, tmp_path / "out", goal=Goal(minutes=4.0))
    assert "would take about 5 minutes" in learned.ended
    assert tried(tmp_path / "out") == ["majority", "names", "encoder"]


def test_the_parts_share_no_customer(task: Path, train: Path, tmp_path: Path) -> None:
    learn(str(task), train, tmp_path / "out", goal=Goal(target=0.5))
    known = load_task(str(task))
    parts = ("train", "calibration", "test")
    customers = [
        {row.customer_id for row in read_gold(tmp_path / "out" / "rows" / f"{name}.jsonl", known).rows}
        for name in parts
    ]
    assert all(customers)
    assert sum(map(len, customers)) == len(set().union(*customers)) == 60


def test_given_test_rows_are_tested_on(task: Path, train: Path, tmp_path: Path) -> None:
    test = write(tmp_path / "test.csv", 8, 500)
    learned = learn(str(task), train, tmp_path / "out", test=test, goal=Goal(target=0.1))
    assert learned.report.tasks[0].data.test_rows == 16
    assert learned.report.tasks[0].data.train_rows + learned.report.tasks[0].data.calibration_rows == 120


def test_labels_that_read_alike_are_learned_from_rows(
    train: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = train.read_text().replace(",late,", ",Refund,")
    train.write_text(text)
    new_labelling_task("alike", tmp_path, train, Columns("text", {"alike": "label"}, "customer_id"))
    learned = learn(str(tmp_path / "alike"), train, tmp_path / "out")
    assert tried(tmp_path / "out") == ["majority", *ladder.RUNGS[1:]]
    assert learned.ended == "all rungs but names were tried"
    assert "names is passed over: Labels 'Refund' and 'refund' of field 'alike' read alike" in caplog.text


def test_rows_of_one_label_end_the_ladder_before_an_adapter(task: Path, train: Path, tmp_path: Path) -> None:
    train.write_text(train.read_text().replace(",late,", ",refund,"))
    learned = learn(str(task), train, tmp_path / "out")
    assert tried(tmp_path / "out") == ["majority", "names", "encoder"]
    assert re.match(r"an adapter has nothing to learn: all \d+ training rows have 'refund' in field", learned.ended)
    assert (learned.folder / "answerer.json").is_file()


def test_rows_that_are_left_out_and_rows_of_the_test_that_were_learned_are_told(
    task: Path, train: Path, tmp_path: Path
) -> None:
    lines = train.read_text().splitlines()
    train.write_text("\n".join([*lines, "no label here,,x-1"]) + "\n")
    test = tmp_path / "test.csv"
    test.write_text("\n".join([lines[0], *(f"{line}-new" for line in [*lines[1:4], *EXTRA])]) + "\n")
    done = invoke("learn", task, "--train", train, "--test", test, "--out", tmp_path / "out", "--target", "0.1")
    assert done.exit_code == 0, done.output
    assert (
        f"labelled.csv: 1 row left out, the first in line {len(lines) + 1}: no label in column 'label'" in done.output
    )
    assert re.search(r"Note: \w+: \d test rows repeat a (train|calibration) row", done.output)


def test_few_rows_are_refused(task: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has 18 usable rows .* needs 20"):
        learn(str(task), write(tmp_path / "few.csv", 9), tmp_path / "out")


@pytest.mark.parametrize("wrong", [{"target": 90.0}, {"minutes": 0.0}, {"within": -1.0}])
def test_goals_that_cannot_be_meant_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        Goal(**wrong)


def test_the_command_says_what_ran_and_why_it_ended(task: Path, train: Path, tmp_path: Path) -> None:
    done = invoke("learn", task, "--train", train, "--out", tmp_path / "out", "--target", "0.6")
    assert done.exit_code == 0, done.output
    assert "The ladder ended: encoder is shown to have the target of 60 % right." in done.output
    assert "--answerer" in done.output
    again = invoke("learn", task, "--train", train, "--out", tmp_path / "out", "--target", "0.6")
    assert again.exit_code == 0, again.output


def test_the_adapter_is_trained_by_the_longer_preset(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    known = load_task(str(task))
    split = split_files(known, write(tmp_path / "labelled.csv", 20), files["test"], tmp_path / "rows", 0)
    climb = ladder._Climb(known, str(task), split, tmp_path, Goal(), str(model_path), 0, Silent(), 0.0)
    arms = climb._suite(ladder.RUNGS).arms
    (adapter,) = [arm for arm in arms if isinstance(arm, FinetuneArm)]
    assert adapter.name == ladder.ADAPTER
    assert adapter.config
    assert make_config(adapter.config, {}).preset == "best"
    assert arms[-1].components == ("encoder", ladder.ADAPTER)


def test_minutes_follow_tokens_and_epochs(task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path) -> None:
    known, model = load_task(str(task)), tmp_path / "model"
    shutil.copytree(model_path, model)
    save_file({"weight": np.zeros(3_000, dtype=np.float32)}, model / "model.safetensors")  # only its size is looked at
    quick, best = (training_minutes(known, files["train"], str(model), preset) for preset in ("quick", "best"))
    assert 0 < quick < best
