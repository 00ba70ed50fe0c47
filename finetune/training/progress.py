"""What a terminal, or a log, shows while a model is trained."""

import sys
import time
from types import TracebackType
from typing import Any, Self

from fewsight.finetune.training.checkpoint import Evaluation, TrainingState
from fewsight.finetune.training.memory import peak_memory

SMOOTH = 20
"""Steps over which the shown loss is averaged."""


class TrainingBar:
    """Loss, validation, tokens per second, memory and time left: a live bar, or a line every few seconds in a log."""

    def __init__(self, every: float = 10.0) -> None:
        self._every = every
        self._bar: Any = None
        self._task: Any = None
        self._said = 0.0
        self._first: tuple[float, int, int] | None = None
        self._step = 0
        self._validation = ""

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (TextColumn("steps"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[said]}"))
            self._bar = Progress(*columns, console=Console(stderr=True))
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stepped(self, state: TrainingState, total: int) -> None:
        """Show the step."""
        now = time.monotonic()
        if self._first is None or state.step <= self._step:  # another training, as in a search
            self._first, self._validation = (now, state.step, state.tokens), ""
        self._step = state.step
        said = self._words(state, total, now)
        if self._bar is not None:
            if self._task is None:
                self._task = self._bar.add_task("", total=total, said="")
            self._bar.update(self._task, total=total, completed=state.step, said=said)
        elif now - self._said >= self._every or state.step == total:
            self._said = now
            print(f"step {state.step}/{total}, {said}", file=sys.stderr, flush=True)

    def evaluated(self, evaluation: Evaluation, is_best: bool) -> None:
        """Show the evaluation."""
        self._validation = f"{evaluation.accuracy:.1%} right"
        best = ", the best so far" if is_best else ""
        line = (
            f"after step {evaluation.step}: {evaluation.accuracy:.1%} of {evaluation.rows:,} held-back rows right, "
            f"log loss {evaluation.log_loss:.4f}{best}"
        )
        if self._bar is not None:
            self._bar.console.print(line)
        else:
            print(line, file=sys.stderr, flush=True)

    def _words(self, state: TrainingState, total: int, now: float) -> str:
        recent = [loss for _, loss, _ in state.curve[-SMOOTH:]]
        assert self._first is not None
        begun, step, tokens = self._first
        parts = [f"loss {sum(recent) / len(recent):.4f}", self._validation]
        if state.step > step:
            took = now - begun
            parts += [f"{(state.tokens - tokens) / took:,.0f} tokens/s", f"{peak_memory():,.0f} MiB"]
            parts.append(f"{(total - state.step) * took / (state.step - step):,.0f} s left")
        return ", ".join(part for part in parts if part)
