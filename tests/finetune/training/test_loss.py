"""Loss, gradients and decisions: equal to a plain pass, however a step is cut."""

from dataclasses import replace
from typing import Any

import pytest

from fewsight.finetune.rows.batches import collate, micro_batches
from fewsight.finetune.rows.rows import TrainingRow
from fewsight.finetune.training.evaluation import evaluate
from fewsight.finetune.training.lora import load_base, trainable
from fewsight.finetune.training.loss import decisions, loss_sum, target_logits
from fewsight.serving.models.names import ModelFolder
from tests.finetune.training.support import CONFIG, adapted, largest_difference, sequences


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
