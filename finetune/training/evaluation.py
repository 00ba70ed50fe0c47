"""Validation in the pass that also gives the loss: what serving would decide, given the right labels before."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from fewsight.finetune.rows.batches import WeightedSequence, collate, micro_batches
from fewsight.finetune.training.checkpoint import Evaluation
from fewsight.finetune.training.loss import decisions, loss_sum, target_logits


def evaluate(model: Any, sequences: Sequence[WeightedSequence], micro_tokens: int, step: int) -> Evaluation:  # noqa: ANN401
    """Evaluate all rows of `sequences`.

    A label counts as right when at each branch of the label trie on its path the gold token is the most probable legal
    one; a row is right when all its labels are. Probabilities are renormalised over the legal tokens, as in serving.
    """
    import torch

    was_training = model.training
    model.eval()
    right: dict[tuple[int, str], bool] = defaultdict(lambda: True)
    logprob: dict[tuple[int, str], float] = defaultdict(float)
    loss = weight = 0.0
    with torch.inference_mode():
        for batch in map(collate, micro_batches(sequences, micro_tokens)):
            logits = target_logits(model, batch)
            loss += float(loss_sum(logits, batch, 0.0))
            weight += float(batch.weight.sum())
            for row, field, is_right, logp in decisions(logits, batch):
                right[row, field] &= is_right
                logprob[row, field] += logp
    model.train(was_training)
    rows = {row for row, _ in right}
    wrong_rows = {row for (row, _), fine in right.items() if not fine}
    fields: dict[str, list[bool]] = defaultdict(list)
    for (_, field), fine in right.items():
        fields[field].append(fine)
    return Evaluation(
        step=step,
        rows=len(rows),
        accuracy=1 - len(wrong_rows) / len(rows) if rows else 0.0,
        log_loss=-sum(logprob.values()) / len(logprob) if logprob else 0.0,
        loss=loss / weight if weight else 0.0,
        by_field={field: sum(flags) / len(flags) for field, flags in fields.items()},
    )
