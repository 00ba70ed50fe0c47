"""Labelled rows in three files: to learn from, to fit weights and thresholds on, and to test on."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fewsight.errors import InputError
from fewsight.evals.arms.context import write_rows
from fewsight.prompts.labelled import GoldRow, read_gold, split_rows
from fewsight.prompts.task import Task

logger = logging.getLogger(__name__)

TEST_SHARE: Final = 0.3
CALIBRATION_SHARE: Final = 0.25
"""Of the rows that are not tested on."""

FEWEST: Final = 20
"""Rows below which nothing that is measured on a share of them says anything."""


@dataclass(frozen=True)
class SplitFiles:
    """The three files, and how many rows each has."""

    train: Path
    calibration: Path
    test: Path
    counts: tuple[int, int, int]

    @property
    def in_words(self) -> str:
        """What became of the rows."""
        train, calibration, test = self.counts
        return f"{train:,} rows to learn from, {calibration:,} to fit weights and thresholds on, {test:,} to test on"


def split_files(task: Task, train: Path, test: Path | None, folder: Path, seed: int) -> SplitFiles:
    """Hold rows back, by customer, and write the files; the same rows are split alike each time.

    Args:
        task: whose rows they are.
        train: all labelled rows, or those without the test rows where these are given.
        test: rows to test on; a share of the others where None.
        folder: of the files.
        seed: of the split.

    Raises:
        InputError: there are too few rows, or a file can't be read.
    """
    rows = _usable(train, task)
    if len(rows) < FEWEST:
        raise InputError(
            f"{str(train)!r} has {len(rows)} usable rows of task {task.name!r}, and a ladder needs {FEWEST} or more to "
            f"learn from one part of them and test on another. `fewsight label` helps to label rows."
        )
    tested = _usable(test, task, keep_repeated=True) if test else ()
    if not test:
        split = split_rows(rows, task, TEST_SHARE, seed)
        rows, tested = split.train, split.valid
    kept = split_rows(rows, task, CALIBRATION_SHARE, seed)
    parts: dict[str, tuple[GoldRow, ...]] = {"train": kept.train, "calibration": kept.valid, "test": tested}
    for name, some in parts.items():
        if not (name == "test" and test):
            write_rows(some, folder / f"{name}.jsonl")
    counts = (len(kept.train), len(kept.valid), len(tested))
    return SplitFiles(folder / "train.jsonl", folder / "calibration.jsonl", test or folder / "test.jsonl", counts)


def _usable(path: Path, task: Task, *, keep_repeated: bool = False) -> tuple[GoldRow, ...]:
    """The usable rows of a file; how many are not, and the first reason, is told."""
    gold = read_gold(path, task, keep_repeated=keep_repeated)
    if gold.left_out:
        line, reason = gold.left_out[0]
        number = len(gold.left_out)
        logger.warning(f"{gold.name}: {number:,} row{'s' * (number > 1)} left out, the first in line {line}: {reason}")
    if gold.repeated and not keep_repeated:
        logger.info(f"{gold.name}: {gold.repeated:,} left out, equal to another row")
    return tuple(gold.rows)
