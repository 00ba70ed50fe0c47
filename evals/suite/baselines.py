"""The classic arms that stand beside those of a suite, so that no arm is praised for beating nothing."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from fewsight.evals.arms.spec import CLASSIC, ArmSpec, make_arm
from fewsight.evals.suite.config import Suite
from fewsight.serving.models.names import DEFAULT_EMBEDDING, EMBEDDINGS

MOST: Final = 20_000
"""Added arms learn from so many training rows at most, so that they never take longer than what they stand beside."""

EMBEDDING: Final = "embeddings-lr"


def added_baselines(
    suite: Suite, named: Iterable[ArmSpec], train_rows: int, unlearnt: Collection[str] = ()
) -> tuple[list[ArmSpec], tuple[str, ...]]:
    """The classic arms that a suite does not name, and what is to be said about them.

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
    arms = list(named)
    taken = {arm.classic for arm in arms} | {arm.name for arm in arms}
    words = [word for word in CLASSIC if word not in taken]
    notes = []
    if EMBEDDING in words and not EMBEDDINGS[DEFAULT_EMBEDDING].folder.is_dir():
        words.remove(EMBEDDING)
        notes.append(
            f"{EMBEDDING} was left out: its model is not here yet (`fewsight models pull {DEFAULT_EMBEDDING}`)"
        )
    limited = f"@{MOST}" if train_rows > MOST else ""
    return [make_arm(word + limited, Path()) for word in words], tuple(notes)
