"""What a terminal, or a log, shows while a model is trained."""

import logging
import time
from typing import Final

from fewsight.finetune.training.checkpoint import Evaluation, TrainingState
from fewsight.finetune.training.loop import Observer
from fewsight.finetune.training.memory import peak_memory
from fewsight.notices import Progress

logger = logging.getLogger(__name__)

SMOOTH: Final = 20
"""Steps over which the shown loss is averaged."""


class StepProgress(Observer):
    """Shows the steps of one training after another: loss, validation, tokens per second and memory.

    The steps of a resumed training are those that are left.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step = 0
        self._first: tuple[float, int, int] | None = None
        self._validation = ""

    def stepped(self, state: TrainingState, total: int) -> None:
        """Show the step."""
        now = time.monotonic()
        if self._first is None or state.step <= self._step:  # another training, as in a search
            self._first, self._validation = (now, state.step, state.tokens), ""
            if state.step > 1:
                logger.info("going on after step %d of %d", state.step - 1, total)
            self._progress.begin("steps", total - state.step + 1)
        self._step = state.step
        self._progress.advance(1, self._note(state, now))

    def evaluated(self, evaluation: Evaluation, is_best: bool) -> None:
        """Show the evaluation."""
        self._validation = f"{evaluation.accuracy:.1%} right"
        best = ", the best so far" if is_best else ""
        logger.info(
            f"after step {evaluation.step}: {evaluation.accuracy:.1%} of {evaluation.rows:,} held-back rows right, "
            f"log loss {evaluation.log_loss:.4f}{best}"
        )

    def _note(self, state: TrainingState, now: float) -> str:
        recent = [loss for _, loss, _ in state.curve[-SMOOTH:]]
        assert self._first is not None
        begun, step, tokens = self._first
        parts = [f"loss {sum(recent) / len(recent):.4f}", self._validation]
        if state.step > step:
            parts += [f"{(state.tokens - tokens) / (now - begun):,.0f} tokens/s", f"{peak_memory():,.0f} MiB"]
        return ", ".join(part for part in parts if part)
