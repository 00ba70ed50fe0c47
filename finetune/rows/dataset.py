"""Labelled files as they come in, and rows as a training takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fewsight.finetune.rows.replay import Replay
from fewsight.finetune.rows.rows import TrainingRow
from fewsight.prompts.task import Task

Weights = Mapping[tuple[str, str, str], float]
"""(task, closed field, label) -> weight of its loss."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A task with its labelled files; some rows of `train` are held back where `valid` is None.

    `paraphrases` is a file of `fewsight paraphrase`, from which training rows get copies. `replay` names older rows to
    mix in.
    """

    task: Task
    train: Path
    valid: Path | None = None
    paraphrases: Path | None = None
    replay: Replay | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows to learn from, rows held back (there may be none), and the weights of labels that do not weigh 1."""

    train: Sequence[TrainingRow]
    valid: Sequence[TrainingRow]
    weights: Weights = field(default_factory=dict)


def balance_weights(counts: Mapping[str, Mapping[str, int]], power: float) -> dict[tuple[str, str], float]:
    """Weights of labels by their frequency to the power of -`power`, so that the mean over all rows is 1.

    >>> weights = balance_weights({"intent": {"a": 3, "b": 1, "c": 0}}, 1.0)
    >>> round(weights["intent", "a"], 3), weights["intent", "b"]
    (0.667, 2.0)
    """
    weights: dict[tuple[str, str], float] = {}
    for path, labels in counts.items():
        raw = {label: count**-power for label, count in labels.items() if count}
        total = sum(labels.values())
        mean = sum(labels[label] * weight for label, weight in raw.items()) / total if total else 1.0
        weights |= {(path, label): weight / mean for label, weight in raw.items()}
    return weights
