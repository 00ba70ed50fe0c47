"""The training loop on a tiny random model: what changes, what does not, and what becomes of a killed one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ConfigError, ModelError, TrainingError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.rows.batches import Steps, collate, micro_batches, weighted
from fewsight.finetune.rows.rows import TrainingRow
from fewsight.finetune.training.checkpoint import TrainingState, checkpoints
from fewsight.finetune.training.evaluation import evaluate
from fewsight.finetune.training.loop import Silent, Training
from fewsight.finetune.training.lora import add_lora, load_base, public_name, save_adapter, trainable
from fewsight.finetune.training.loss import decisions, loss_sum, target_logits
from fewsight.serving.models.names import ModelFolder

CONFIG = FinetuneConfig(
    rank=4, epochs=3, learning_rate=5e-3, batch_rows=8, micro_tokens=400, dropout=0.1, evaluations=2, seed=1
)


def adapted(base: ModelFolder, config: FinetuneConfig = CONFIG) -> Any:
    return add_lora(load_base(base, "float32"), config, base.name)


def train(
    base: ModelFolder, rows: list[TrainingRow], work: Path, config: FinetuneConfig = CONFIG, progress: Any = None
) -> Any:
    model = adapted(base, config)
    training = Training(model, rows[6:], rows[:6], config, {}, work, progress or Silent())
    return training.run(), model


def weights(model: Any) -> dict[str, Any]:
    return {name: weight.detach().clone() for name, weight in trainable(model).items()}


def largest_difference(first: dict[str, Any], second: dict[str, Any]) -> float:
    assert first.keys() == second.keys()
    return max(float((first[name] - second[name]).abs().max()) for name in first)


def sequences(rows: list[TrainingRow], config: FinetuneConfig = CONFIG) -> list[Any]:
    return [one for number, row in enumerate(rows) for one in weighted(row, number, {}, config)]


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


def test_a_fresh_adapter_changes_nothing(base: ModelFolder, toy_rows: list[TrainingRow]) -> None:
    import torch

    batch = collate(sequences(toy_rows[:4]))
    with torch.inference_mode():
        plain = target_logits(load_base(base, "float32"), batch)
        fresh = target_logits(adapted(base).eval(), batch)
    assert torch.equal(plain, fresh)


def test_logits_are_those_of_a_plain_pass(base: ModelFolder, toy_rows: list[TrainingRow]) -> None:
    import torch

    model = load_base(base, "float32")
    found = sequences(toy_rows[:5])
    batch = collate(found)
    assert len(batch.prefix) >= 12
    with torch.inference_mode():
        gathered = target_logits(model, batch)
        expected = torch.cat(
            [
                model(torch.tensor([[*one.sequence.prompt, *one.sequence.answer.tokens]])).logits[
                    0, [len(one.sequence.prompt) + target.position - 1 for target in one.sequence.answer.targets]
                ]
                for one in found
            ]
        )
    assert torch.allclose(gathered, expected, atol=1e-5)


def gradients(base: ModelFolder, rows: list[TrainingRow], micro: int, share: bool) -> dict[str, Any]:
    model: Any = adapted(base, replace(CONFIG, dropout=0.0))
    for name, weight in trainable(model).items():
        if "lora_B" in name:
            weight.data.normal_(std=0.1)
    found = sequences(rows)
    total = sum(sum(one.weights) for one in found)
    for batch in micro_batches(found, micro):
        tensors = collate(batch, share)
        (loss_sum(target_logits(model, tensors), tensors, 0.1) / total).backward()  # type: ignore[no-untyped-call]
    return {name: weight.grad for name, weight in trainable(model).items()}


@pytest.mark.parametrize(("micro", "share"), [(200, True), (200, False), (100_000, True)])
def test_gradients_do_not_depend_on_how_a_step_is_cut(
    base: ModelFolder, toy_rows: list[TrainingRow], micro: int, share: bool
) -> None:
    import torch

    torch.manual_seed(3)
    expected = gradients(base, toy_rows[:12], 100_000, False)
    torch.manual_seed(3)
    found = gradients(base, toy_rows[:12], micro, share)
    scale = max(float(gradient.abs().max()) for gradient in expected.values())
    assert largest_difference(expected, found) < 1e-4 * scale


def test_smoothing_goes_to_legal_tokens_only(base: ModelFolder, toy_rows: list[TrainingRow]) -> None:
    import torch

    batch = collate(sequences(toy_rows[:3]))
    logits = torch.randn(len(batch.gold), 700)
    logprobs = logits.log_softmax(-1)
    expected = 0.0
    for i, (gold, legal) in enumerate(zip(batch.gold.tolist(), batch.legal, strict=True)):
        share = dict.fromkeys(legal, 0.2 / len(legal)) if legal else {}
        share[gold] = share.get(gold, 0.0) + (0.8 if legal else 1.0)
        expected -= sum(p * float(logprobs[i, token]) for token, p in share.items())
    assert float(loss_sum(logits, batch, 0.2)) == pytest.approx(expected, rel=1e-5)


def test_validation_decides_as_serving_does(base: ModelFolder, toy_rows: list[TrainingRow]) -> None:
    """The product of the decisions' probabilities is the normalised probability of the gold label in `score`."""
    import math

    import torch

    from fewsight.serving.engines.base import Scored, ScoreRequest
    from fewsight.serving.engines.local.engine import TransformersEngine

    rows = toy_rows[:6]
    engine = TransformersEngine(base, dtype="float32")
    from fewsight.prompts.answer.form import AnswerForm
    from fewsight.prompts.loading.labelling import classification_task
    from tests.finetune.conftest import WORDS

    form = AnswerForm(classification_task("toy_intent", list(WORDS)).output, engine.tokenizer)
    ask = form.ask(())
    assert ask is not None
    requests = [ScoreRequest(str(i), row.item.prompt.token_ids + ask.prefill, ask.labels) for i, row in enumerate(rows)]
    scored = {result.id: result.normalised for result in engine.score(requests) if isinstance(result, Scored)}
    found = sequences(rows)
    batch = collate(found)
    with torch.inference_mode():
        logprob = [0.0] * len(rows)
        for number, _, _, logp in decisions(target_logits(load_base(base, "float32"), batch), batch):
            logprob[number] += logp
    right = 0
    for i, row in enumerate(rows):
        gold = ask.labels.labels.index(row.values["intent"])
        assert math.exp(logprob[i]) == pytest.approx(scored[str(i)][gold], abs=1e-4)
        right += max(scored[str(i)]) == scored[str(i)][gold]
    assert evaluate(load_base(base, "float32"), found, 400, 0).accuracy == pytest.approx(right / len(rows))


class KilledError(Exception):
    pass


class Killer(Silent):
    def __init__(self, step: int) -> None:
        self.step = step

    def stepped(self, state: TrainingState, total: int) -> None:
        if state.step == self.step:
            raise KilledError


@pytest.mark.parametrize("step", [3, 9])
def test_a_killed_training_ends_as_an_uninterrupted_one(
    base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path, step: int
) -> None:
    config = replace(CONFIG, checkpoint_minutes=0.0)
    whole, expected = train(base, toy_rows, tmp_path / "a", config)
    with pytest.raises(KilledError):
        train(base, toy_rows, tmp_path / "b", config, Killer(step))
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
    (found,) = checkpoints(tmp_path)
    (found / "weights.safetensors").write_bytes(b"x")
    with pytest.raises(ModelError, match="damaged"):
        train(base, toy_rows, tmp_path)


def test_layers_that_are_not_there(base: ModelFolder) -> None:
    with pytest.raises(ConfigError, match="target_modules 'q_prj'"):
        adapted(base, replace(CONFIG, target_modules="q_prj"))


def test_every_row_once_an_epoch() -> None:
    steps = Steps(30, 8, 2.0, 5)
    assert steps.total == 8
    for epoch in (0, 1):
        rows = [i for step in range(epoch * 4, epoch * 4 + 4) for i in steps.indices(step)]
        assert sorted(rows) == list(range(30))
    assert steps.indices(0) != steps.indices(4)
    assert [done for done in range(1, 9) if steps.is_evaluated(done, 2)] == [2, 4, 6, 8]


def test_a_saved_adapter_is_plain_peft(base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path) -> None:
    import torch
    from peft import PeftModel
    from safetensors.torch import load_file

    from fewsight.serving.models.adapters import check_adapter

    _, model = train(base, toy_rows, tmp_path / "work")
    save_adapter(model, tmp_path / "adapter", base)
    config = check_adapter(tmp_path / "adapter")
    assert config["base_model_name_or_path"] == base.path.name == "tiny"
    assert str(base.path.parent) not in (tmp_path / "adapter" / "adapter_config.json").read_text()
    assert public_name(replace(base, name="owner/name")) == "owner/name"
    saved = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert {weight.dtype for weight in saved.values()} == {torch.bfloat16}
    batch = collate(sequences(toy_rows[:4]))
    with torch.inference_mode():
        loaded = PeftModel.from_pretrained(load_base(base, "float32"), str(tmp_path / "adapter")).eval()
        assert torch.allclose(target_logits(loaded, batch), target_logits(model, batch), atol=0.05)
