"""What is shown while a model is trained."""

import re

from fewsight.finetune.training.checkpoint import TrainingState
from fewsight.finetune.training.progress import StepProgress


class Notes:
    """Progress that is kept: (unit, total) of each stretch, and the notes."""

    def __init__(self) -> None:
        self.stretches: list[tuple[str, int]] = []
        self.notes: list[str] = []

    def begin(self, unit: str, total: int) -> None:
        self.stretches.append((unit, total))

    def advance(self, done: int, note: str = "") -> None:
        self.notes.append(note)


def state(step: int, tokens: int) -> TrainingState:
    return TrainingState(step=step, tokens=tokens, curve=[(step, 0.5, 1e-3)])


def test_each_training_of_a_search_is_measured_by_itself() -> None:
    shown = Notes()
    observer = StepProgress(shown)
    for tokens in (1000, 10):
        for step in (1, 2):
            observer.stepped(state(step, step * tokens), 2)
    assert shown.stretches == [("steps", 2)] * 2
    speeds = [re.search(r"(-?[\d,]+) tokens/s", note) for note in shown.notes]
    assert [bool(speed) for speed in speeds] == [False, True, False, True]
    assert not any(speed and speed[1].startswith("-") for speed in speeds)


def test_a_resumed_training_shows_what_is_left() -> None:
    shown = Notes()
    StepProgress(shown).stepped(state(91, 5000), 100)
    assert shown.stretches == [("steps", 10)]
