"""The training loop on a tiny random model: what changes, what does not, and what becomes of a killed one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ModelError, TrainingError
from fewsight.finetune.rows.batches import Steps
from fewsight.finetune.rows.rows import TrainingRow
from fewsight.finetune.training.checkpoint import checkpoints
from fewsight.finetune.training.evaluation import evaluate
from fewsight.finetune.training.lora import trainable
from fewsight.finetune.training.progress import StepProgress
from fewsight.serving.models.names import ModelFolder
from tests.finetune.support import KilledError, Killer
from tests.finetune.training.support import CONFIG, adapted, largest_difference, sequences, train, weights


def test_a_tiny_model_learns_and_its_base_stays(base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path) -> None:
    config = replace(CONFIG, epochs=12, learning_rate=1e-2, dropout=0.0)
    fresh = adapted(base, config)
    before = {name: w.clone() for name, w in fresh.named_parameters() if not w.requires_grad}
    state, model = train(base, toy_rows, tmp_path, config)
    assert state.curve[-1][1] < state.curve[0][1] / 2
    assert state.best.accuracy > state.evaluations[0].accuracy
    after = {name: w for name, w in model.named_parameters() if not w.requires_grad}
    assert all(bool((after[name] == weight).all()) for name, weight in before.items())
    assert all(weight.dtype.is_floating_point for weight in trainable(model).values())


@pytest.mark.parametrize("step", [3, 9])
def test_a_killed_training_ends_as_an_uninterrupted_one(
    base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path, step: int
) -> None:
    config = replace(CONFIG, checkpoint_minutes=0.0)
    whole, expected = train(base, toy_rows, tmp_path / "a", config)
    with pytest.raises(KilledError):
        train(base, toy_rows, tmp_path / "b", config, StepProgress(Killer(step)))
    resumed, found = train(base, toy_rows, tmp_path / "b", config)
    assert largest_difference(weights(expected), weights(found)) <= 1e-6
    assert [loss for _, loss, _ in resumed.curve] == pytest.approx([loss for _, loss, _ in whole.curve], abs=1e-6)
    assert [e.step for e in resumed.evaluations] == [e.step for e in whole.evaluations]
    assert len(checkpoints(tmp_path / "b")) == 1


def test_the_best_evaluation_wins_and_stops_early(
    base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path
) -> None:
    config = replace(CONFIG, learning_rate=0.5, clip=0.0, epochs=20, patience=2, dropout=0.0)
    state, model = train(base, toy_rows, tmp_path, config)
    assert state.stopped_early
    assert state.step < Steps(30, 8, 20, 1).total
    assert state.since_best == 2
    again = evaluate(model, sequences(toy_rows[:6]), 400, state.best.step)
    assert (again.accuracy, again.log_loss) == pytest.approx((state.best.accuracy, state.best.log_loss), abs=1e-5)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import safetensors.torch

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(TrainingError, match=r"No space left.*the same command goes on"):
        train(base, toy_rows, tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []


def test_no_memory_is_said(base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path, monkeypatch: Any) -> None:
    import fewsight.finetune.training.loop as module

    def full(*_: Any) -> None:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr(module, "target_logits", full)
    with pytest.raises(TrainingError, match=r"Memory ran out.*Lower micro_tokens \(400\)"):
        train(base, toy_rows, tmp_path)


def test_checkpoints_of_another_training_are_refused(
    base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path
) -> None:
    train(base, toy_rows, tmp_path)
    with pytest.raises(ModelError, match="another rank"):
        train(base, toy_rows, tmp_path, replace(CONFIG, rank=2))
    (kept,) = checkpoints(tmp_path)
    (kept / "weights.safetensors").write_bytes(b"x")
    with pytest.raises(ModelError, match="damaged"):
        train(base, toy_rows, tmp_path)


def test_every_row_once_an_epoch() -> None:
    steps = Steps(30, 8, 2.0, 5)
    assert steps.total == 8
    for epoch in (0, 1):
        rows = [i for step in range(epoch * 4, epoch * 4 + 4) for i in steps.indices(step)]
        assert sorted(rows) == list(range(30))
    assert steps.indices(0) != steps.indices(4)
    assert [done for done in range(1, 9) if steps.is_evaluated(done, 2)] == [2, 4, 6, 8]
