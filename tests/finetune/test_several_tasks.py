"""One adapter for several tasks."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click.testing
import pytest
from click.testing import CliRunner

from fewsight.adapter_manifest import ParityPart
from fewsight.cli import root
from fewsight.errors import ConfigError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.gate.parity import worst
from fewsight.finetune.pipeline import Finetuned, finetune
from fewsight.finetune.rows.dataset import Lesson
from fewsight.finetune.setup import set_up
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder

CONFIG = FinetuneConfig(rank=4, epochs=1, batch_rows=8, valid_share=0.2)
MOODS = {"glad": ["thanks a lot", "well done"], "cross": ["never again", "what a mess"]}


@pytest.fixture(scope="module")
def mood() -> Task:
    return classification_task("toy_mood", list(MOODS))


@pytest.fixture(scope="module")
def mood_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = [f"{texts[n % 2]} {'y' * n},{label}" for n in range(9) for label, texts in MOODS.items()]
    file = tmp_path_factory.mktemp("moods") / "mood.csv"
    file.write_text("\n".join(["text,label", *lines]) + "\n")
    return file


@pytest.fixture(scope="module")
def done(
    toy: Task, toy_file: Path, mood: Task, mood_file: Path, base: ModelFolder, tmp_path_factory: pytest.TempPathFactory
) -> Finetuned:
    place = tmp_path_factory.mktemp("several")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWSIGHT_CACHE", str(place / "cache"))
        return finetune(
            [Lesson(toy, toy_file), Lesson(mood, mood_file)],
            place / "both",
            model=str(base.path),
            config=CONFIG,
            ways=("transformers",),
            attribution=("toy rows, nobody's",),
        )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_file: Path, mood_file: Path, base: ModelFolder) -> Path:
    """A working directory with both tasks."""
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    for name, file, column in (("toy_intent", toy_file, "intent"), ("toy_mood", mood_file, "label")):
        assert call("tasks", "new", name, "--from", file, "--text", "text", "--label", column).exit_code == 0
    return tmp_path


def call(*words: Any) -> click.testing.Result:
    return CliRunner().invoke(root, [str(word) for word in words])


def test_the_manifest_tells_each_task_apart(done: Finetuned) -> None:
    manifest = done.manifest
    assert [facts.name for facts in manifest.tasks] == ["toy_intent", "toy_mood"]
    assert {name: data.rows + data.valid_rows for name, data in manifest.data.items()} == {
        "toy_intent": 36,
        "toy_mood": 18,
    }
    assert {name: metrics["adapter"].rows for name, metrics in manifest.metrics.items()} == {
        name: data.valid_rows for name, data in manifest.data.items()
    }
    assert manifest.parity is not None
    assert manifest.parity.rows == sum(data.valid_rows for data in manifest.data.values())
    assert manifest.parity.passed
    page = (done.folder / "card.html").read_text()
    assert "toy rows, nobody" in page
    assert all(f"<td>{label}</td>" in page for label in ("late", "glad"))


def test_it_answers_both_tasks_in_one_run(done: Finetuned, folder: Path, base: ModelFolder) -> None:
    (folder / "m.csv").write_text("customer_id,text\nc1,money back xx\nc2,never again\n")
    found = call(
        *("run", "toy_intent", "toy_mood", "--histories", "m.csv", "--out", "run", "--model", base.path),
        *("--adapter", done.folder, "--engine", "transformers", "--dtype", "float32"),
    )
    assert found.exit_code == 0, (found.output, found.exception)
    summaries = json.loads((folder / "run" / "summary.json").read_text())["last_call"]
    assert sum(sum(one["statuses"].values()) for one in summaries) == 4


def test_check_asks_all_tasks_and_keeps_a_whole_result_only(
    done: Finetuned, folder: Path, toy_file: Path, base: ModelFolder
) -> None:
    common = ("adapters", "check", done.folder, "--model", base.path, "--parity", "transformers", "--limit", 5)
    before = (done.folder / "fewsight.json").read_text()
    one = call(*common, "--task", "toy_mood")
    assert one.exit_code == 0, (one.output, one.exception)
    assert "not written" in one.output
    assert (done.folder / "fewsight.json").read_text() == before
    both = call(*common)
    assert both.exit_code == 0, (both.output, both.exception)
    assert json.loads((done.folder / "fewsight.json").read_text())["parity"]["rows"] == 10
    assert "can't hold rows of several tasks" in str(call(*common, "--rows", toy_file).exception)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["--train", "toy_intent=rows.csv"], r"No rows for toy_mood; add --train toy_mood=FILE"),
        (["--train", "rows.csv"], r"names no task of toy_intent, toy_mood"),
        (["--train", "toy_mood=rows.csv", "--train", "toy_mood=rows.csv"], r"twice; put all its rows into one"),
        (["--train", "toy_mood=absent.csv"], r"there is no file 'absent.csv'"),
    ],
)
def test_files_that_do_not_fit_the_tasks(folder: Path, files: Sequence[str], message: str) -> None:
    (folder / "rows.csv").write_text("text,intent\na,late\n")
    with pytest.raises(ConfigError, match=message):
        raise_from(call("finetune", "toy_intent", "toy_mood", *files, "--out", "a"))


def raise_from(result: click.testing.Result) -> None:
    assert result.exception is not None
    raise result.exception


def test_a_task_named_twice(toy: Task, toy_file: Path, base: ModelFolder) -> None:
    with pytest.raises(ConfigError, match="Tasks named twice: toy_intent"):
        set_up((Lesson(toy, toy_file), Lesson(toy, toy_file)), str(base.path), CONFIG)


def test_one_task_that_fails_fails_the_gate() -> None:
    good = ParityPart(way="vllm", rows=1000, difference=0.0, equal=1.0, passed=True)
    bad = ParityPart(way="vllm", rows=2, difference=0.4, equal=0.0, passed=False)
    assert worst([good, bad]) == ParityPart(way="vllm", rows=1002, difference=0.4, equal=0.0, passed=False)
