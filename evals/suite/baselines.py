"""The classic arms that stand beside those of a suite, so that no arm is praised for beating nothing."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from fewsight.evals.arms.base import ARMS, Arm
from fewsight.evals.arms.reading import make_arm
from fewsight.evals.suite.config import Suite

MOST: Final = 20_000
"""Added arms learn from so many training rows at most, so that they never take longer than what they stand beside."""


def added_baselines(
    suite: Suite, named: Iterable[Arm], train_rows: int, unlearnt: Collection[str] = ()
) -> tuple[list[Arm], tuple[str, ...]]:
    """The arms that stand beside and that a suite does not name, and what is to be said about them.

    None where the suite says `baselines = false`, or a task has no training rows, or none that give all scored fields.

    Args:
        suite: what is evaluated.
        named: its arms.
        train_rows: of the task.
        unlearnt: fields that are asked for and that no training row gives.
    """
    if not suite.baselines or not train_rows:
        return [], ()
    if unlearnt:
        return [], (f"no classic arm was added, because no training row gives {', '.join(sorted(unlearnt))}",)
    taken = {word for arm in named for word in (arm.word, arm.name)}
    limit = f"@{MOST}" if train_rows > MOST else ""
    added, notes = [], []
    for kind in ARMS.entries.values():
        for word in kind.beside:
            if word in taken:
                continue
            if (reason := kind.unavailable(word)) is not None:
                notes.append(f"{word} was left out: {reason}")
            else:
                added.append(make_arm(word + limit, Path()))
    return added, tuple(notes)
