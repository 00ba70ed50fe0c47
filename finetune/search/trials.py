"""The trials of a search: what is kept of each, which one is the best, and how they are shown."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from fewsight.errors import TrainingError
from fewsight.files import write_text
from fewsight.finetune.training.checkpoint import Evaluation

FILE: Final = "trials.json"
HEAD: Final = (
    "trial",
    "learning_rate",
    "rank",
    "accuracy",
    "log_loss",
    "best_step",
    "steps",
    "tokens",
    "seconds",
    "ended",
)
"""Columns of trials.csv; accuracy, log loss (nats) and step are those of the best evaluation."""

TIE: Final = 1e-6
"""Weight of the log loss beside the share of right rows, so that it only decides between equal shares."""

Ended = Literal["whole", "stopped", "diverged"]
"""At its last step; early, behind the others; or at a loss that was no number."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One short training."""

    learning_rate: float
    rank: int
    ended: Ended
    steps: int
    tokens: int
    seconds: float
    evaluations: tuple[Evaluation, ...]

    @property
    def best(self) -> Evaluation | None:
        """Its best evaluation; None where it had none before its end."""
        return max((one for one in self.evaluations if math.isfinite(score(one))), key=score, default=None)

    @property
    def value(self) -> float | None:
        """The score by which it competes; None where it did not run to its end."""
        return score(self.best) if self.ended == "whole" and self.best else None

    @property
    def settings(self) -> str:
        """What was tried, in words."""
        return f"learning rate {self.learning_rate:.2g}, rank {self.rank}"

    @property
    def outcome(self) -> str:
        """What came of it, in words."""
        best = self.best
        right = f"{best.accuracy:.1%} right, log loss {best.log_loss:.4f}" if best else "no evaluation"
        why = {"whole": "", "stopped": f"; stopped at step {self.steps:,}, behind the others", "diverged": "; diverged"}
        return f"{self.settings}: {right}{why[self.ended]}"


def score(evaluation: Evaluation) -> float:
    """One number for what training calls better: more rows right first, then a lower log loss."""
    right, sure = evaluation.rank
    return right + TIE * sure


def best_trial(trials: Sequence[Trial]) -> Trial:
    """The best of those that ran to their end; the first of equal ones.

    Raises:
        TrainingError: there is none.
    """
    whole = [(trial.value, trial) for trial in trials if trial.value is not None]
    if not whole:
        raise TrainingError(f"The loss of all {len(trials)} trials was no number; lower learning_rate, with --fresh.")
    return max(whole, key=lambda pair: pair[0])[1]


def describe_trials(trials: Sequence[Trial]) -> str:
    """A search in a line, for manifest and card."""
    early = sum(trial.ended != "whole" for trial in trials)
    tokens = sum(trial.tokens for trial in trials)
    return f"{len(trials)} trials, {early} ended early, {tokens:,} tokens; best: {best_trial(trials).outcome}"


def trial_rows(trials: Sequence[Trial]) -> list[tuple[Any, ...]]:
    """The table of all trials, under HEAD."""
    return [(number, *_cells(trial, trial.best)) for number, trial in enumerate(trials, 1)]


def write_trials(folder: Path, trials: Sequence[Trial]) -> None:
    """Keep them, for a search that is killed.

    Raises:
        OSError: the folder can't be written.
    """
    write_text(folder / FILE, json.dumps([asdict(trial) for trial in trials]))


def read_trials(folder: Path) -> tuple[Trial, ...]:
    """The trials that are done."""
    path = folder / FILE
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return tuple(Trial(**one | {"evaluations": tuple(Evaluation(**e) for e in one["evaluations"])}) for one in known)


def _cells(trial: Trial, best: Evaluation | None) -> tuple[Any, ...]:
    figures = (best.accuracy, best.log_loss, best.step) if best else ("", "", "")
    cost = (trial.steps, trial.tokens, round(trial.seconds, 1))
    return (trial.learning_rate, trial.rank, *figures, *cost, trial.ended)
