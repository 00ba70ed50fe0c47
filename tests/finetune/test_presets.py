"""Epochs and rows of a step by the number of rows."""

from pathlib import Path

import pytest

from fewsight.finetune.config import FinetuneConfig, Preset
from fewsight.finetune.presets import RULES, settle
from fewsight.finetune.rows.batches import Steps
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from tests.finetune.support import train


def steps(config: FinetuneConfig, rows: int) -> int:
    settled = settle(config, rows)
    return Steps(rows, settled.batch_rows, settled.epochs, settled.seed).total


@pytest.mark.parametrize("preset", RULES)
@pytest.mark.parametrize("rows", [2, 36, 54, 180, 511, 512, 3000, 100_000])
def test_there_are_enough_steps_for_any_number_of_rows(preset: Preset, rows: int) -> None:
    config = settle(FinetuneConfig(preset=preset), rows)
    assert steps(config, rows) >= RULES[preset].steps
    assert config.epochs >= RULES[preset].epochs


def test_many_rows_are_gone_through_as_often_as_the_preset_says() -> None:
    assert settle(FinetuneConfig(), 5000).epochs == 1.0
    assert settle(FinetuneConfig(preset="best"), 5000).epochs == 6.0


def test_given_options_win() -> None:
    config = FinetuneConfig(epochs=1.0, batch_rows=32)
    assert settle(config, 60) == config
    assert steps(config, 60) == 2
    assert settle(FinetuneConfig(batch_rows=4), 60).batch_rows == 4


def test_a_training_says_what_was_chosen(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture, cache: None
) -> None:
    caplog.set_level("INFO")
    done = train(toy, toy_file, base, tmp_path / "a", config=FinetuneConfig(rank=4))
    (line,) = [message for message in caplog.messages if message.startswith("preset quick: ")]
    assert "epochs of 32 rows, 16 in a step" in line
    assert done.manifest.training["steps"] == RULES["quick"].steps
    assert (done.manifest.config["epochs"], done.manifest.config["batch_rows"]) == (10.0, 16)
    again = train(toy, toy_file, base, tmp_path / "b", config=FinetuneConfig(rank=4, epochs=1.0, batch_rows=16))
    assert again.manifest.training["steps"] == 2
