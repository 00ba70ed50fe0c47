"""Older rows mixed into a training, so that what was learned from them is not forgotten.

Rehearsal (Robins, Connection Science 7, 1995): a training begins at the base model, and what is in no row of it is not
learned; a share of the older rows stands for all of them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fewsight.errors import ConfigError, InputError
from fewsight.prompts.labelled import GoldRow, read_gold
from fewsight.prompts.task import Task

SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Replay:
    """A file of older labelled rows, and the share of all training rows that shall be such.

    Raises:
        ConfigError: the share is not between 0 and 1.
    """

    file: Path
    share: float = SHARE

    def __post_init__(self) -> None:
        """Check the share."""
        if not 0 < self.share < 1:
            raise ConfigError(f"--replay-share {self.share:g} must lie between 0 and 1, such as {SHARE}.")


def replayed(
    replay: Replay, task: Task, train: Sequence[GoldRow], valid: Sequence[GoldRow], seed: int
) -> tuple[tuple[GoldRow, ...], tuple[str, ...]]:
    """The older rows to train on too, and what is to be said of them.

    They are drawn by the seed from those that are no question of either side and of no customer who is held back; those
    would tell what the adapter is measured by.

    Raises:
        InputError: none is left.
    """
    older = read_gold(replay.file, task)
    customers = {row.customer_id for row in valid} - {None}
    questions = {row.key for row in (*train, *valid)} - {""}
    fit = [row for row in older.rows if row.customer_id not in customers and row.key not in questions]
    if not fit:
        raise InputError(
            f"{str(replay.file)!r} has no older row to train on: of {len(older.rows):,} rows all are questions of the "
            "new ones, or of customers who are held back."
        )
    wanted = max(round(len(train) * replay.share / (1 - replay.share)), 1)
    chance = random.Random(f"replay {seed}")  # noqa: S311 - reproducible, no secret
    drawn = sorted(chance.sample(range(len(fit)), min(wanted, len(fit))))
    rows = tuple(replace(fit[place], id=f"{replay.file.name}:{fit[place].id}") for place in drawn)
    notes = {
        "older rows are questions of the new ones or of customers who are held back; they are not replayed": len(
            older.rows
        )
        - len(fit),
        "older rows can't be used": len(older.left_out),
        f"older rows fewer than a share of {replay.share:g} takes": wanted - len(rows),
    }
    return rows, tuple(f"{count:,} {words}" for words, count in notes.items() if count)
