"""Full fine-tuning: a whole model that loads anywhere and is served as it was trained."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fewsight.adapter_manifest import read_manifest
from fewsight.cli import root
from fewsight.errors import ConfigError, ModelError
from fewsight.evals.suite.config import make_suite
from fewsight.evals.suite.run import evaluate
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.pipeline import finetune
from fewsight.finetune.rows.dataset import Lesson
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from tests.finetune.support import KilledError, Killer

CONFIG = FinetuneConfig(method="full", epochs=6, batch_rows=8, learning_rate=1e-3, valid_share=0.2)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path_factory.mktemp("cache")))


def train(toy: Task, toy_file: Path, base: ModelFolder, out: Path, progress: Any = None) -> Path:
    ways = ("transformers",)
    done = finetune([Lesson(toy, toy_file)], out, model=str(base.path), config=CONFIG, ways=ways, progress=progress)
    return done.folder


@pytest.fixture(scope="module")
def trained(toy: Task, toy_file: Path, base: ModelFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWSIGHT_CACHE", str(place / "cache"))
        return train(toy, toy_file, base, place / "whole")


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


def tensors(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    found: dict[str, Any] = load_file(folder / "model.safetensors")
    return found


def test_the_folder_is_a_model_for_any_server(trained: Path, base: ModelFolder) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    before, after = tensors(base.path), tensors(trained)
    assert before.keys() == after.keys()
    changed = {name for name, weight in after.items() if not torch.equal(weight, before[name].bfloat16())}
    assert all(name.startswith("model.layers.") or name == "model.norm.weight" for name in changed)
    assert {name for name in after if ".q_proj" in name or ".down_proj" in name} <= changed
    assert all(weight.dtype == torch.bfloat16 for weight in after.values())
    loaded = AutoModelForCausalLM.from_pretrained(trained)
    assert torch.equal(loaded.lm_head.weight, loaded.get_input_embeddings().weight)
    for name in ("tokenizer.json", "card.html", "config.toml", "fewsight.json"):
        assert (trained / name).is_file()
    assert "Whole model for" in (trained / "card.html").read_text()


def test_it_learns_and_passes_the_gate(trained: Path, base: ModelFolder) -> None:
    manifest = read_manifest(trained)
    assert manifest is not None
    assert manifest.is_model
    assert manifest.base.digest == base.digest != manifest.weights_digest
    assert manifest.parity is not None
    assert manifest.parity.passed
    metrics = manifest.metrics["toy_intent"]
    assert metrics["trained model"].value > metrics["base model, full prompt"].value


def test_a_killed_training_goes_on_to_equal_weights(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path, trained: Path
) -> None:
    import torch

    with pytest.raises(KilledError):
        train(toy, toy_file, base, tmp_path / "whole", Killer(6))
    again = tensors(train(toy, toy_file, base, tmp_path / "whole"))
    assert all(torch.equal(weight, again[name]) for name, weight in tensors(trained).items())


def test_a_run_follows_its_manifest(
    trained: Path, task_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(task_folder)
    (tmp_path / "m.csv").write_text("customer_id,text\nc1,money back xx\nc2,fined xx\n")
    command = ["run", "toy_intent", "--histories", tmp_path / "m.csv", "--model", trained, "--engine", "transformers"]
    found = call(*command, "--dtype", "float32", "--out", tmp_path / "run")
    assert found.exit_code == 0, (found.output, found.exception)
    frozen = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (frozen["order"], frozen["style"], frozen["adapter_digests"]) == ("shots-first", "compact", {})
    other = call(*command, "--style", "full", "--out", tmp_path / "other")
    assert isinstance(other.exception, ModelError)
    assert f"Model {str(trained)!r} was not made for this run" in str(other.exception)
    assert "style: trained on compact, --style is full" in str(other.exception)
    elsewhere = call(*["run", "intent", *command[2:]], "--out", tmp_path / "third")
    assert "task: trained for toy_intent, not for intent" in str(elsewhere.exception)


def test_changed_weights_are_refused(trained: Path, task_folder: Path, tmp_path: Path) -> None:
    import shutil

    from safetensors.torch import save_file

    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    weights = tensors(copy)
    weights["model.norm.weight"] += 1
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    (tmp_path / "m.csv").write_text("customer_id,text\nc1,money back xx\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(task_folder)
        words = ["run", "toy_intent", "--histories", tmp_path / "m.csv", "--model", copy, "--engine", "transformers"]
        found = call(*words, "--out", tmp_path / "run")
    assert "its weights are not those that were measured" in str(found.exception)


def test_the_adapter_commands_know_it(trained: Path, task_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(task_folder)
    assert "whole: toy_intent on tiny, toy_intent" in call("adapters", "list", trained.parent).stdout
    assert "trained model:" in call("adapters", "show", trained).stdout
    checked = call("adapters", "check", trained, "--parity", "transformers", "--limit", 10)
    assert checked.exit_code == 0, (checked.output, checked.exception)
    assert "parity: passed on 10 rows" in checked.stdout
    for words in (("merge", trained, "--out", "x"), ("export", trained, "-o", "x.zip")):
        assert "is a whole model" in str(call("adapters", *words).exception)


def test_options_of_lora_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"learning_rate is 0\.002, which is for LoRA"):
        FinetuneConfig(method="full")
    with pytest.raises(ConfigError, match=r"rank is 8, and method full(.|\n)*search is 2"):
        replace(CONFIG, rank=8, search=2)


def test_an_evaluation_trains_and_asks_it(
    toy_file: Path, base: ModelFolder, task_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(task_folder)
    (tmp_path / "full.toml").write_text(
        'method = "full"\nlearning_rate = 1e-3\nepochs = 1\nbatch_rows = 8\nvalid_share = 0.2\n'
    )
    (tmp_path / "test.csv").write_text("text,intent\nwhere is my thing,late\nmoney again,refund\nfines,late_fee\n")
    tasks = [{"task": "toy_intent", "train": str(toy_file), "test": str(tmp_path / "test.csv")}]
    arms = [{"name": "whole", "arm": "finetune", "config": str(tmp_path / "full.toml")}]
    suite = make_suite(
        {"tasks": tasks, "arms": arms, "baselines": False, "model": str(base.path), "engine": "transformers"}
    )
    (arm,) = evaluate(suite, tmp_path / "out").tasks[0].arms
    assert arm.cost.labels == 36
    assert arm.cost.training_seconds
    assert arm.failed == 0
