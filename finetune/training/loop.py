"""The training loop: the same steps, whether or not it was killed in between.

Everything random is a function of seed and step (the order of rows) or is kept in the checkpoint (dropout). Why this is
a loop of its own: docs/design/003-training-loop.md.
"""

import math
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.errors import DivergedError, TrainingError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.rows.batches import Steps, WeightedSequence, collate, micro_batches, weighted
from fewsight.finetune.rows.dataset import Dataset
from fewsight.finetune.rows.rows import same_histories
from fewsight.finetune.training.checkpoint import (
    Evaluation,
    Tensors,
    TrainingState,
    checkpoints,
    load_checkpoint,
    save_checkpoint,
)
from fewsight.finetune.training.evaluation import evaluate
from fewsight.finetune.training.lora import set_weights, trainable
from fewsight.finetune.training.loss import loss_sum, target_logits
from fewsight.finetune.training.side_by_side import passes_at_once, side_by_side

if TYPE_CHECKING:
    import torch


class Observer:
    """Is told how a training goes. This one ignores it."""

    def stepped(self, state: TrainingState, total: int) -> None:
        """A step of `total` is done; the last entry of the curve is its loss."""

    def evaluated(self, evaluation: Evaluation, is_best: bool) -> None:
        """An evaluation is done."""


class Training:
    """Trains the LoRA matrices of a model, resuming from `work` where it holds a checkpoint.

    The model computes with matrices in its own number type, which are what is served; gradients are added to float32
    ones, so that small steps are not lost (Micikevicius et al., Mixed precision training, ICLR 2018).

    Args:
        model: a PEFT model; only its trainable parameters change.
        rows: to learn from and to validate on.
        config: of the training.
        work: folder of the checkpoints, of this training alone.
        observer: is told about each step; it may raise to end the training.
    """

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - PEFT is untyped
        rows: Dataset,
        config: FinetuneConfig,
        work: Path,
        observer: Observer,
    ) -> None:
        import torch

        self.state = TrainingState()
        together = same_histories(rows.train)
        self.steps = Steps(len(rows.train), config.batch_rows, config.epochs, config.seed, together)
        self._model, self._config, self._work, self._observer = model, config, work, observer
        self._train = [list(weighted(row, number, rows.weights, config)) for number, row in enumerate(rows.train)]
        self._valid = [one for number, row in enumerate(rows.valid) for one in weighted(row, number, {}, config)]
        self._weights = {name: weight.detach().float().clone() for name, weight in trainable(model).items()}
        self._optimizer = torch.optim.AdamW(
            self._weights.values(), lr=config.learning_rate, weight_decay=config.weight_decay, foreach=False
        )
        self._best: Tensors | None = None

    def run(self) -> TrainingState:
        """Train to the end, or until validation no longer improves; the model then has the best evaluation's weights.

        Without rows held back it has the last weights.

        Raises:
            TrainingError: memory or disk are full, or the loss is no number; the last checkpoint stays.
        """
        import torch

        torch.manual_seed(self._config.seed)
        self._resume()
        self._model.train()
        begun, saved = time.monotonic() - self.state.seconds, time.monotonic()
        try:
            while not self._is_done:
                self._step()
                self.state.seconds = time.monotonic() - begun
                self._observer.stepped(self.state, self.steps.total)
                if self._valid and self.steps.is_evaluated(self.state.step, self._config.evaluations):
                    self._evaluate()
                elif not self._is_done and time.monotonic() - saved < self._config.checkpoint_minutes * 60:
                    continue
                self._save()
                saved = time.monotonic()
        except (RuntimeError, MemoryError) as error:
            raise _out_of_memory(error, self._config) from error
        set_weights(self._model, self._best or self._weights)
        self._model.eval()
        return self.state

    @property
    def _is_done(self) -> bool:
        return self.state.step >= self.steps.total or self.state.stopped_early

    def sequences(self, step: int) -> list[WeightedSequence]:
        """What a step (from 0) learns from."""
        return [one for i in self.steps.indices(step) for one in self._train[i]]

    def _resume(self) -> None:
        kept = checkpoints(self._work)
        if kept:
            self.state, weights, self._best = load_checkpoint(kept[-1], self._weights, self._optimizer)
            set_weights(self._model, weights)
            for name, weight in self._weights.items():
                weight.copy_(weights[name])

    def _step(self) -> None:
        import torch

        config, state = self._config, self.state
        rate = learning_rate(state.step, self.steps.total, config)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        sequences = self.sequences(state.step)
        loss = self._backward(sequences)
        if not math.isfinite(loss):
            raise DivergedError(
                f"The loss of step {state.step + 1} is {loss}; lower learning_rate ({config.learning_rate})."
            )
        if config.clip:
            torch.nn.utils.clip_grad_norm_(self._weights.values(), config.clip, foreach=False)
        self._optimizer.step()
        self._optimizer.zero_grad()
        set_weights(self._model, self._weights)
        state.step += 1
        state.tokens += sum(len(one.sequence.inputs) for one in sequences)
        state.curve.append((state.step, loss, rate))

    def _backward(self, sequences: Sequence[WeightedSequence]) -> float:
        """Add up the gradients of a step; equal to those of one large batch, however it is cut."""
        total = sum(sum(one.weights) for one in sequences)
        beside = self._beside(sequences)
        step_loss = 0.0
        passes = micro_batches(sequences, self._config.micro_tokens // beside)
        for loss, gradients in side_by_side(partial(self._pass, total=total), passes, beside):
            self._gather(gradients)
            step_loss += loss
        return step_loss

    def _beside(self, sequences: Sequence[WeightedSequence]) -> int:
        """Passes at once: one on a GPU, which is full with one, and with dropout, whose draws must come in order."""
        import torch

        if self._model.device.type != "cpu" or self._config.dropout:
            return 1
        longest = max(len(one.sequence.inputs) for one in sequences)
        return passes_at_once(longest, self._config.micro_tokens, torch.get_num_threads())

    def _pass(
        self, sequences: Sequence[WeightedSequence], total: float
    ) -> tuple[float, tuple["torch.Tensor | None", ...]]:
        """A pass's share of the loss, and the gradients of the model's matrices."""
        import torch

        batch = collate(sequences)
        loss = loss_sum(target_logits(self._model, batch), batch, self._config.label_smoothing) / total
        # Not `backward`, which would add to what passes at the same time add to.
        gradients = torch.autograd.grad(loss, list(trainable(self._model).values()), allow_unused=True)
        return float(loss.detach()), gradients

    def _gather(self, gradients: Sequence["torch.Tensor | None"]) -> None:
        """Add the gradients of a pass to those of the float32 matrices that are trained."""
        for weight, gradient in zip(self._weights.values(), gradients, strict=True):
            if gradient is not None:
                weight.grad = gradient.float() if weight.grad is None else weight.grad.add_(gradient)

    def _evaluate(self) -> None:
        state = self.state
        evaluation = evaluate(self._model, self._valid, self._config.micro_tokens, state.step)
        is_best = state.best is None or evaluation.rank > state.best.rank
        state.evaluations.append(evaluation)
        if is_best:
            state.best = evaluation
            self._best = {name: weight.detach().cpu().clone() for name, weight in self._weights.items()}
        state.stopped_early = bool(self._config.patience) and state.since_best >= self._config.patience
        self._observer.evaluated(evaluation, is_best)

    def _save(self) -> None:
        try:
            save_checkpoint(self._work, self.state, self._weights, self._best, self._optimizer)
        except OSError as error:
            raise TrainingError(
                f"The checkpoint of step {self.state.step} can't be written: {error}. Checkpoints before it are kept; "
                f"make room, and the same command goes on from there."
            ) from error


def learning_rate(step: int, total: int, config: FinetuneConfig) -> float:
    """The rate of a step (from 0): up in a line, then down in a line or half a cosine to zero, or constant.

    >>> [round(learning_rate(s, 4, FinetuneConfig(learning_rate=1.0, warmup=0.25)), 2) for s in range(4)]
    [1.0, 1.0, 0.67, 0.33]
    """
    rising = max(round(config.warmup * total), 0)
    if step < rising:
        return config.learning_rate * (step + 1) / rising
    share = (step - rising) / max(total - rising, 1)
    fall = {"constant": 1.0, "linear": 1 - share, "cosine": (1 + math.cos(math.pi * share)) / 2}
    return config.learning_rate * fall[config.schedule]


def _out_of_memory(error: Exception, config: FinetuneConfig) -> TrainingError:
    text = str(error)
    if isinstance(error, MemoryError) or "memory" in text.casefold():
        return TrainingError(
            f"Memory ran out: {text.splitlines()[0] if text else type(error).__name__}. Lower "
            f"micro_tokens ({config.micro_tokens}), which changes only the speed, and the training goes on; then, with "
            "--fresh, longest_row or rank."
        )
    return TrainingError(f"Training failed: {text or type(error).__name__}.")
