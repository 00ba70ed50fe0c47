"""Arms that are parts of answerers, and their folders."""

from pathlib import Path
from typing import Any

import pytest

from fewsight import run
from fewsight.errors import ConfigError, ModelError, TaskError
from fewsight.evals.arms.reading import make_arm
from fewsight.evals.suite.run import evaluate
from fewsight.evals.suite.saving import CALIBRATION, Save
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.finding import load_task
from fewsight.serving.answerers.folder import read_answerer
from tests.evals.support import invoke, suite_of, write
from tests.evals.words import use_word_encoder

PARTS = ["names", "encoder", "knn-vote"]


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    use_word_encoder(monkeypatch)


def saved(task: Path, files: dict[str, Path], model_path: Path, arms: list[Any], arm: str, out: Path) -> Path:
    folder = out / "answerer"
    evaluate(suite_of(task, files, model_path, arms), out, save=Save(arm, folder))
    return folder


def test_words_name_encoders() -> None:
    assert make_arm("encoder", Path()).model_dump()["encoders"] == ("minilm",)
    assert make_arm("knn-vote:minilm+mpnet@50", Path()).model_dump()["encoders"] == ("minilm", "mpnet")
    assert make_arm("names:mpnet", Path()).describe() == "nearest label name, by mpnet"
    for wrong in ("names:", "encoders"):
        with pytest.raises(ConfigError, match="There is no arm"):
            make_arm(wrong, Path())


@pytest.mark.parametrize("arm", [*PARTS, "fused:names+encoder+knn-vote"])
def test_what_is_saved_answers_in_a_run_as_it_did_in_the_evaluation(
    arm: str, task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "evaluation"
    report = evaluate(
        suite_of(task, files, model_path, [*PARTS, "fused:names+encoder+knn-vote"]), out, save=Save(arm, out / "a")
    )
    manifest = read_answerer(out / "a")
    assert manifest.name == arm
    (field,) = report.tasks[0].fields
    assert manifest.figures[field.path]["accuracy"] == pytest.approx(field.figures[arm]["accuracy"].value, abs=1e-6)
    gold = read_gold(files["test"], load_task(str(task)), keep_repeated=True).rows
    table = tmp_path / "table.csv"
    table.write_text("customer_id,text\n" + "".join(f'{one.id},"{one.text}"\n' for one in gold))
    calibration = str(out / "a" / CALIBRATION)
    insights = {
        one.customer_id: one for one in run(str(task), table, answerer=str(out / "a"), calibrations=(calibration,))
    }
    right = [insights[one.id].answer == dict(one.values) for one in gold]
    assert sum(right) / len(right) == pytest.approx(field.figures[arm]["accuracy"].value)


def test_the_best_arm_that_can_be_saved_is_saved(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    folder = saved(task, files, model_path, ["tfidf-svm", "names", "encoder"], "best", tmp_path / "e")
    manifest = read_answerer(folder)
    assert manifest.name == "encoder"
    assert manifest.rows.learned == 16
    assert manifest.rows.fitted == 0  # no weights were fitted
    cheap = saved(task, files, model_path, ["encoder", "knn-vote"], "cheapest", tmp_path / "c")
    assert read_answerer(cheap).name in ("encoder", "knn-vote")
    again = saved(task, files, model_path, ["tfidf-svm", "names", "encoder"], "names", tmp_path / "e")
    assert read_answerer(again).name == "names"


def test_a_prompt_is_saved_with_its_examples(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    folder = saved(
        task, files, model_path, ["balanced-2", "encoder", "fused:balanced-2+encoder"], "balanced-2", tmp_path
    )
    settings = read_answerer(folder).parts["model"].settings
    assert (settings["shots"], settings["selector"], settings["adapter"]) == (2, "balanced", "none")
    table = write(tmp_path / "new.csv", 3, 500)
    plain = list(
        run(str(task), table, engine="scripted", answerer=str(folder), calibrations=(str(folder / CALIBRATION),))
    )
    assert all(one.provenance and len(one.provenance.shots) == 2 for one in plain)
    (folder / "pool.jsonl").write_text("")
    with pytest.raises(ModelError, match=r"has another pool\.jsonl than it was saved with"):
        run(str(task), table, engine="scripted", answerer=str(folder))
    saved(task, files, model_path, ["balanced-2"], "balanced-2", tmp_path)
    with pytest.raises(ConfigError, match="shots 4 was asked for, and it has 2"):
        run(str(task), table, engine="scripted", answerer=str(folder), shots=4)


def test_a_pool_with_a_language_model_is_saved_with_its_weights(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    files = {**files, "calibration": write(tmp_path / "more.csv", 30, 1000)}  # with fewer, weights are equal
    arms = ["zero-shot", "encoder", "fused:zero-shot+encoder"]
    folder = saved(task, files, model_path, arms, arms[-1], tmp_path)
    manifest = read_answerer(folder)
    assert set(manifest.parts) == {"model", "encoder"}
    (blend,) = manifest.blends.values()
    assert blend.weights["encoder"] > blend.weights["model"]
    assert manifest.rows.fitted == 60
    done = run(str(task), write(tmp_path / "new.csv", 3, 500), engine="scripted", answerer=str(folder))
    assert {one.status for one in done} == {"ok"}


def test_what_can_not_be_saved_is_said_before_anything_is_answered(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    for arms, arm, message in (
        (["majority"], "best", "No arm of this evaluation can be saved; names, encoder"),
        (["majority", "names"], "majority", "'majority' can't be saved"),
        (["majority", "names"], "nams", "no arm 'nams' to save. Did you mean 'names'"),
        (["tfidf-lr", "names", "fused:tfidf-lr+names"], "fused:tfidf-lr+names", "can't be saved"),
    ):
        with pytest.raises(ConfigError, match=message):
            saved(task, files, model_path, arms, arm, tmp_path / "none")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("mine")
    with pytest.raises(ConfigError, match="holds no answerer; name a new folder"):
        evaluate(suite_of(task, files, model_path, ["names"]), tmp_path / "e", save=Save("names", tmp_path / "taken"))


def test_rows_of_another_task_are_refused(task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("text,label\nhello,greeting\n")
    with pytest.raises(TaskError, match="greeting"):
        saved(task, {**files, "train": other}, model_path, ["encoder"], "encoder", tmp_path / "e")


def test_the_command_saves_and_another_runs(task: Path, files: dict[str, Path], tmp_path: Path) -> None:
    named: list[str | Path] = [
        "--train",
        files["train"],
        "--test",
        files["test"],
        "--arms",
        "names,encoder",
        "--no-baselines",
    ]
    done = invoke("eval", task, *named, "--out", "e", "--save", "encoder", "--answerer-out", "a")
    assert done.exit_code == 0, done.output
    ran = invoke("run", task, "--histories", files["test"], "--answerer", "a", "--out", "r")
    assert ran.exit_code == 0, ran.output
    exported = invoke("export", "r", "--format", "csv", "-o", "insights.csv")
    assert exported.exit_code == 0, exported.output
    estimated = invoke("run", task, "--histories", files["test"], "--answerer", "a", "--out", "r2", "--dry-run")
    assert estimated.exit_code == 0, estimated.output
    assert invoke("eval", task, *named, "--out", "e", "--answerer-out", "a").exit_code
