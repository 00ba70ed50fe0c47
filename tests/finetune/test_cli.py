"""`fewsight finetune`."""

from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ConfigError
from fewsight.serving.models.names import ModelFolder
from tests.finetune.support import call

pytestmark = pytest.mark.usefixtures("cache")


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
    assert "For toy_intent this adapter is not shown to be better than its base model" in found.stdout
    assert "To use it as it is: fewsight run toy_intent --adapter" in found.stdout
    better = ("--rank", 4, "--epochs", 30, "--batch-rows", 4, "--learning-rate", 1e-2, "--valid-share", 0.4)
    found = call(*command[:-1], tmp_path / "b", "--parity", "transformers", *better)
    assert found.exit_code == 0, (found.output, found.exception)
    assert "toy_intent: better than the base model on" in found.stdout
    assert "Next: fewsight run toy_intent --adapter" in found.stdout
    shown = call("adapters", "show", tmp_path / "b").stdout
    assert "toy_intent: better than the base model on" in shown
    assert "better than the base model on" in (tmp_path / "b" / "card.html").read_text()
