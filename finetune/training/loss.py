"""Logits where there is loss and nowhere else; the loss; and what serving would decide with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from fewsight.finetune.rows.batches import Batch
from fewsight.serving.engines.local.key_values import cached, new_cache

if TYPE_CHECKING:
    import torch

Places = tuple["torch.Tensor", "torch.Tensor"]

_PLACES: ContextVar[Places | None] = ContextVar("places", default=None)
_HOOKING: Final = Lock()
_HOOKED: Final[WeakSet[Any]] = WeakSet()


def target_logits(model: Any, batch: Batch) -> "torch.Tensor":  # noqa: ANN401 - any causal language model, adapted or not
    """Logits for each target of a batch: float32 [targets, vocabulary].

    The prefix that all sequences share goes through the model once, gradients included, and its keys and values are
    repeated for each sequence. The output layer sees only the hidden states at targets.
    """
    import torch

    device = model.device
    past, shared = None, len(batch.prefix)
    if shared:
        prefix = torch.tensor([batch.prefix], device=device)
        past = new_cache()
        model(input_ids=prefix, logits_to_keep=1, **cached(model, past))
        past.batch_repeat_interleave(len(batch.ids))
    positions = torch.arange(shared, shared + batch.ids.shape[1], device=device).expand(batch.ids.shape)
    with _gathered(model.get_output_embeddings(), (batch.at[0].to(device), batch.at[1].to(device))):
        output = model(
            input_ids=batch.ids.to(device),
            attention_mask=batch.mask.to(device),
            position_ids=positions,
            **(cached(model, past) if past is not None else {"use_cache": False}),
        )
    logits: torch.Tensor = output.logits[0].float()
    return logits


def loss_sum(logits: "torch.Tensor", batch: Batch, smoothing: float) -> "torch.Tensor":
    """Weighted sum of cross-entropies over a batch's targets.

    Label smoothing (Szegedy et al., Rethinking the Inception architecture, CVPR 2016) is spread over the tokens that
    are legal at a decision, not over the vocabulary: serving never chooses among the others.
    """
    import torch

    logprobs = logits.log_softmax(-1)
    losses = -logprobs.gather(1, batch.gold.to(logits.device)[:, None])[:, 0]
    if smoothing:
        smooth = [
            -(smoothing * logprobs[i, list(legal)].mean()) - smoothing * losses[i]
            if legal
            else torch.zeros_like(losses[i])
            for i, legal in enumerate(batch.legal)
        ]
        losses = losses + torch.stack(smooth)
    return (losses * batch.weight.to(logits.device)).sum()


def decisions(logits: "torch.Tensor", batch: Batch) -> Iterator[tuple[int, str, bool, float]]:
    """(row, field, whether the gold token is the most probable legal one, its log probability among the legal ones)."""
    rows = logits.detach().cpu()
    for i, legal in enumerate(batch.legal):
        if legal:
            among = rows[i, list(legal)].log_softmax(-1)
            gold = legal.index(int(batch.gold[i]))
            yield batch.row[i], batch.field[i], int(among.argmax()) == gold, float(among[gold])


@contextmanager
def _gathered(head: Any, at: Places) -> Iterator[None]:  # noqa: ANN401 - a torch module
    """Let the output layer see only the hidden states at (sequence, place), as one sequence of them.

    The places are this thread's own, and so the hook stays on the layer: passes may run side by side.
    """
    with _HOOKING:
        if head not in _HOOKED:
            head.register_forward_pre_hook(_pick, prepend=True)
            _HOOKED.add(head)
    token = _PLACES.set(at)
    try:
        yield
    finally:
        _PLACES.reset(token)


def _pick(_: Any, inputs: tuple["torch.Tensor", ...]) -> "tuple[torch.Tensor] | None":  # noqa: ANN401 - a torch module
    at = _PLACES.get()
    return None if at is None else (inputs[0][at][None],)
