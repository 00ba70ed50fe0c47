"""From labelled rows to a served adapter, on a tiny random model and by the command line."""

import json
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from fewsight.adapter_manifest import Parity, ParityPart, read_manifest
from fewsight.cli import root
from fewsight.errors import ConfigError, ModelError, TaskError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.gate.parity import compare
from fewsight.finetune.gate.scoring import Belief
from fewsight.finetune.pipeline import Finetuned, finetune
from fewsight.finetune.rows.data import load_data
from fewsight.finetune.setup import Lesson, set_up
from fewsight.finetune.training.loop import Silent
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.models.tokenizer import FolderTokenizer

CONFIG = FinetuneConfig(rank=4, epochs=2, batch_rows=8, learning_rate=5e-3, valid_share=0.2)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path_factory.mktemp("cache")))


def train(toy: Task, toy_file: Path, base: ModelFolder, out: Path, **changes: Any) -> Finetuned:
    options: dict[str, Any] = {"model": str(base.path), "config": CONFIG, "ways": ("transformers",)} | changes
    return finetune([Lesson(toy, toy_file, options.pop("valid", None))], out, **options)


@pytest.fixture(scope="module")
def adapter(toy: Task, toy_file: Path, base: ModelFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("adapters")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWSIGHT_CACHE", str(place / "cache"))
        return train(toy, toy_file, base, place / "toy").folder


@pytest.fixture(scope="module")
def task_folder(toy_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tasks")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        command = ["tasks", "new", "toy_intent", "--from", str(toy_file), "--text", "text", "--label", "intent"]
        assert CliRunner().invoke(root, command).exit_code == 0
    return place


def call(*words: object) -> Result:
    return CliRunner().invoke(root, [str(word) for word in words])


def test_an_adapter_folder_is_whole(adapter: Path, base: ModelFolder) -> None:
    manifest = read_manifest(adapter)
    assert manifest is not None
    assert {path.name for path in adapter.iterdir()} >= {
        "adapter_config.json",
        "adapter_model.safetensors",
        "card.html",
        "config.toml",
        "fewsight.json",
    }
    assert (manifest.name, manifest.base.digest) == ("toy", base.digest)
    assert manifest.base.name == "tiny"
    for path in adapter.iterdir():
        assert str(base.path.parent).encode() not in path.read_bytes(), path
    (data,) = manifest.data.values()
    assert data.rows + data.valid_rows == 36
    assert manifest.parity is not None
    assert manifest.parity.passed
    assert [part.way for part in manifest.parity.parts] == ["transformers"]
    assert set(*manifest.metrics.values()) == {"base model, full prompt", "adapter"}
    assert not list(adapter.parent.glob(".*")), "nothing is left behind"


def test_the_folder_holds_no_text_of_a_customer(adapter: Path) -> None:
    for path in adapter.iterdir():
        assert b"where is it" not in path.read_bytes(), path


def test_the_card_shows_the_curve_and_every_label(adapter: Path) -> None:
    page = (adapter / "card.html").read_text()
    assert page.count("<polyline") == 2
    assert all(f"<td>{label}</td>" in page for label in ("late", "refund", "late_fee"))
    assert "passed on" in page
    assert "Confusion" in page


def test_the_same_command_twice_is_refused(adapter: Path, toy: Task, toy_file: Path, base: ModelFolder) -> None:
    with pytest.raises(ConfigError, match="exists already"):
        train(toy, toy_file, base, adapter)


class KilledError(Exception):
    pass


class Killer(Silent):
    def stepped(self, state: Any, total: int) -> None:
        if state.step == 6:
            raise KilledError


def test_a_killed_call_goes_on(toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path, adapter: Path) -> None:
    with pytest.raises(KilledError):
        train(toy, toy_file, base, tmp_path / "a", progress=Killer())
    assert not (tmp_path / "a").exists()
    with pytest.raises(ConfigError, match=r"another training; what differs: rank\. Give"):
        train(toy, toy_file, base, tmp_path / "a", config=replace(CONFIG, rank=8))
    templates = {key: source.replace("message", "words") + " " for key, source in toy.templates.items()}
    with pytest.raises(ConfigError, match=r"what differs: task"):
        train(replace(toy, templates=templates), toy_file, base, tmp_path / "a")
    done = train(toy, toy_file, base, tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    whole = read_manifest(adapter)
    assert whole is not None
    assert done.manifest.weights_digest == whole.weights_digest, "equal to the uninterrupted one, to the last bit"


@pytest.mark.slow
def test_a_process_that_is_killed_goes_on(task_folder: Path, toy_file: Path, base: ModelFolder, tmp_path: Path) -> None:
    def command(out: str) -> list[str]:
        words = ["finetune", "toy_intent", "--train", toy_file, "--model", base.path, "--out", tmp_path / out]
        words += ["--rank", 4, "--batch-rows", 4, "--epochs", 6, "--checkpoint-minutes", 0, "--parity", "transformers"]
        return [str(word) for word in words]

    code = "import sys; from fewsight.cli import main; sys.argv[0] = 'fewsight'; main()"
    process = subprocess.Popen([sys.executable, "-c", code, *command("a")], cwd=task_folder, stderr=subprocess.DEVNULL)
    work, deadline = tmp_path / ".a.training", time.monotonic() + 120
    while not list(work.glob("step-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert list(work.glob("step-*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(task_folder)
        assert [call(*command(out)).exit_code for out in ("a", "b")] == [0, 0]
    first, second = read_manifest(tmp_path / "a"), read_manifest(tmp_path / "b")
    assert first is not None
    assert second is not None
    assert first.weights_digest == second.weights_digest
    assert not work.exists()


def test_a_killed_call_goes_on_with_less_memory(toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path) -> None:
    with pytest.raises(KilledError):
        train(toy, toy_file, base, tmp_path / "a", progress=Killer())
    less = replace(CONFIG, micro_tokens=300, checkpoint_minutes=1.0)
    steps: list[int] = []

    class Steps(Silent):
        def stepped(self, state: Any, total: int) -> None:
            steps.append(state.step)

    assert train(toy, toy_file, base, tmp_path / "a", config=less, progress=Steps()).manifest.training["steps"] == 8
    assert steps[0] > 1, "it went on"


def test_the_digest_of_the_data_holds_tokens_and_loss(toy: Task, toy_file: Path, tokenizer: FolderTokenizer) -> None:
    data = load_data(toy, toy_file, None, CONFIG, tokenizer, 2048)
    (first, *others), valid = data.train, data.valid
    (one, *more) = first.sequences
    longer = replace(one, prompt=(*one.prompt, 1))
    unlearned = replace(one, answer=replace(one.answer, targets=one.answer.targets[:-1]))
    changed = [
        replace(data, train=(replace(first, sequences=(other, *more)), *others)) for other in (longer, unlearned)
    ]
    changed.append(replace(data, valid=valid[:-1]))
    assert len({data.digest, *(one.digest for one in changed)}) == 4
    assert data.digest == load_data(toy, toy_file, None, CONFIG, tokenizer, 2048).digest


def test_a_call_that_fails_at_once_leaves_nothing(toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="target_modules"):
        train(toy, toy_file, base, tmp_path / "a", config=FinetuneConfig(target_modules="nothing"))
    assert list(tmp_path.iterdir()) == []


def test_a_validation_file_that_overlaps(toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="36 texts are in both"):
        train(toy, toy_file, base, tmp_path / "a", valid=toy_file)


def test_all_rows_are_trained_on_where_none_are_held_back(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path
) -> None:
    config = replace(CONFIG, valid_share=0.0)
    with pytest.raises(KilledError):
        train(toy, toy_file, base, tmp_path / "a", config=replace(config, checkpoint_minutes=0.0), progress=Killer())
    done = train(toy, toy_file, base, tmp_path / "a", config=replace(config, checkpoint_minutes=0.0))
    manifest = done.manifest
    (data,) = manifest.data.values()
    assert (data.rows, data.valid_rows, data.split) == (36, 0, "none")
    assert manifest.training["steps"] == 10, "all epochs: nothing stops them, and a resumed one trains no step twice"
    assert (manifest.metrics, done.fields) == ({}, {}), "rows that were trained on measure nothing"
    assert manifest.parity is not None
    assert (manifest.parity.passed, manifest.parity.rows) == (True, 36)
    page = (done.folder / "card.html").read_text()
    assert page.count("<polyline") == 1
    assert "Nothing was held back" in page


def test_reported_rows_are_drawn_from_a_file_that_is_sorted(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path
) -> None:
    table = pd.read_csv(toy_file).sort_values("intent")
    table.to_csv(tmp_path / "sorted.csv", index=False)
    config = replace(CONFIG, valid_share=0.0, report_rows=12)
    (subject,) = set_up((Lesson(toy, tmp_path / "sorted.csv"),), str(base.path), config).subjects
    rows = subject.reported(config)
    assert len(rows) == 12
    assert [row.line for row in rows] == sorted(row.line for row in rows)
    assert {row.values["intent"] for row in rows} == set(table["intent"]), "the first 12 rows have one label"
    assert rows == subject.reported(config) != subject.reported(replace(config, seed=1))


def test_what_chooses_by_held_back_rows_needs_some(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path
) -> None:
    blind = replace(CONFIG, valid_share=0.0, patience=2, search=3)
    with pytest.raises(ConfigError, match=r"valid_share is 0.*patience is 2 and search is 3"):
        train(toy, toy_file, base, tmp_path / "a", config=blind)
    assert list(tmp_path.iterdir()) == []


def test_it_serves_as_it_was_trained(
    adapter: Path, task_folder: Path, base: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(task_folder)
    (tmp_path / "m.csv").write_text("customer_id,text\nc1,money back xx\nc2,fined xx\n")
    found = call(
        *("run", "toy_intent", "--histories", tmp_path / "m.csv", "--out", tmp_path / "run"),
        *("--model", base.path, "--adapter", adapter, "--engine", "transformers", "--dtype", "float32"),
    )
    assert found.exit_code == 0, (found.output, found.exception)
    frozen = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (frozen["order"], frozen["style"]) == ("shots-first", None)


def test_another_base_model_is_refused(adapter: Path, task_folder: Path, tmp_path: Path, model: ModelFolder) -> None:
    (tmp_path / "m.csv").write_text("customer_id,text\nc1,money back xx\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(task_folder)
        found = call("adapters", "check", adapter, "--model", model.path, "--parity", "transformers")
    assert isinstance(found.exception, ModelError)


def test_adapters_are_listed_shown_and_checked(
    adapter: Path, base: ModelFolder, task_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(task_folder)
    listed = call("adapters", "list", adapter.parent)
    assert "toy: toy_intent on" in listed.stdout
    assert "parity passed" in listed.stdout
    assert "trained on 28 rows" in call("adapters", "show", adapter).stdout
    assert json.loads(call("adapters", "show", adapter, "--json").stdout)["name"] == "toy"
    checked = call(*("adapters", "check", adapter, "--model", base.path, "--parity", "transformers", "--limit", 10))
    assert checked.exit_code == 0, (checked.output, checked.exception)
    assert "parity: passed on 10 rows" in checked.stdout


def test_a_damaged_adapter_is_listed_with_its_reason(adapter: Path, tmp_path: Path) -> None:
    for name, content in (("a", "{"), ("b", (adapter / "fewsight.json").read_text())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "adapter_config.json").write_text("{}")
        (tmp_path / name / "fewsight.json").write_text(content)
    listed = call("adapters", "list", tmp_path)
    assert listed.exit_code == 0, listed.exception
    first, second = listed.stdout.splitlines()
    assert first.startswith(f"{tmp_path / 'a'}: ")
    assert "is damaged" in first
    assert "b: toy_intent on" in second


def test_a_check_asks_at_least_one_row(adapter: Path) -> None:
    found = call("adapters", "check", adapter, "--limit", 0)
    assert found.exit_code == 2
    assert "x>=1" in found.output


def test_a_failed_gate_is_refused_until_it_is_forced(
    adapter: Path, task_folder: Path, base: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(task_folder)
    manifest = read_manifest(adapter)
    assert manifest is not None
    part = ParityPart(way="vllm", rows=9, difference=0.3, equal=0.5, passed=False)
    manifest.model_copy(update={"parity": Parity(rows=9, prompts_equal=True, parts=(part,))}).write(adapter)
    try:
        (tmp_path / "m.csv").write_text("customer_id,text\nc1,money back xx\n")
        command = ["run", "toy_intent", "--histories", tmp_path / "m.csv", "--out", tmp_path / "run"]
        command += ["--model", base.path, "--adapter", adapter, "--engine", "transformers", "--dry-run"]
        found = call(*command)
        assert isinstance(found.exception, ModelError)
        assert "parity gate failed (vllm)" in str(found.exception)
        assert call(*command, "--force").exit_code == 0
    finally:
        manifest.write(adapter)


def test_merged_and_exported(adapter: Path, base: ModelFolder, tmp_path: Path) -> None:
    unnamed = call("adapters", "merge", adapter, "--out", tmp_path / "merged")
    assert isinstance(unnamed.exception, ModelError)
    assert "name its folder with --model" in str(unnamed.exception)
    merged = call("adapters", "merge", adapter, "--out", tmp_path / "merged", "--model", base.path)
    assert merged.exit_code == 0, (merged.output, merged.exception)
    assert (tmp_path / "merged" / "tokenizer.json").is_file()
    for name in ("a.zip", "b.zip"):
        assert call("adapters", "export", adapter, "-o", tmp_path / name).exit_code == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "toy/adapter_model.safetensors" in archive.namelist()


def test_an_engine_that_ignores_the_adapter_fails_the_gate(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fewsight.serving.models.adapters.merged_model", lambda model, adapter, dtype: model)
    done = train(toy, toy_file, base, tmp_path / "a")
    assert done.manifest.parity is not None
    assert not done.manifest.parity.passed
    assert "FAILED" in (tmp_path / "a" / "card.html").read_text()


def test_the_gate_measures_the_chosen_label() -> None:
    reference = [Belief(["a"], [{"a": 0.6, "b": 0.4}])] * 4
    same = compare("x", reference, [Belief(["a"], [{"a": 0.605, "b": 0.395}])] * 4)
    assert (same.difference, same.equal, same.passed) == (0.005, 1.0, True)
    far = compare("x", reference, [Belief(["a"], [{"a": 0.65, "b": 0.35}])] * 4)
    assert (far.difference, far.passed) == (0.05, False)
    flipped = compare("x", [*reference] * 9, [*reference * 8, *reference[1:], Belief(["b"], [{"a": 0.49, "b": 0.51}])])
    assert (flipped.equal, flipped.tied, flipped.passed) == (round(35 / 36, 6), 0.0, False)


def test_labels_that_are_nearly_tied_may_change_places() -> None:
    sure = [Belief(["a"], [{"a": 0.9, "b": 0.05, "c": 0.05}])] * 99
    tied = Belief(["a"], [{"a": 0.405, "b": 0.395, "c": 0.2}])

    def served(**shares: float) -> ParityPart:
        return compare("x", [*sure, tied], [*sure, Belief([], [shares])])

    assert (served(a=0.398, b=0.402, c=0.2).tied, served(a=0.398, b=0.402, c=0.2).passed) == (0.01, True)
    assert (served(a=0.399, b=0.2, c=0.401).tied, served(a=0.399, b=0.2, c=0.401).passed) == (0.0, False)
    assert not served(a=0.01, b=0.79, c=0.2).passed, "nearly tied, but far off"
    every = compare("x", [tied] * 50, [Belief([], [{"a": 0.398, "b": 0.402, "c": 0.2}])] * 50)
    assert (every.tied, every.passed) == (1.0, False), "too many to be rounding"


def test_the_command(toy_file: Path, task_folder: Path, base: ModelFolder, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(task_folder)
    command = ["finetune", "toy_intent", "--train", toy_file, "--model", base.path, "--out", tmp_path / "a"]
    refused = call(*command, "--rank", 0, "--dropout", 2)
    assert isinstance(refused.exception, ConfigError)
    assert "rank is 0" in str(refused.exception)
    assert "dropout is 2" in str(refused.exception)
    found = call(*command, "--parity", "transformers", "--rank", 4, "--epochs", 1, "--batch-rows", 16)
    assert found.exit_code == 0, (found.output, found.exception)
    assert "parity: passed" in found.stdout
    assert "Next: fewsight run toy_intent --adapter" in found.stdout
