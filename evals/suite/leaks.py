"""What would make an evaluation look better than it is: looked for before anything is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from fewsight.errors import InputError
from fewsight.prompts.labelled import GoldRow, near_duplicates

NAMED: Final = 3
MOST_REPEATED: Final = 0.5
"""Where more of the test rows than this repeat a row of another file outright, that file holds the test set."""


@dataclass(frozen=True)
class Leaks:
    """Test rows that repeat a row of another file, outright or nearly (`repeated`); warnings in words.

    `learned` are calibration rows that repeat a training row: what is fitted on them would be too sure.
    """

    repeated: frozenset[str]
    warnings: tuple[str, ...]
    learned: frozenset[str] = frozenset()


def find_leaks(files: Mapping[str, Sequence[GoldRow]]) -> Leaks:
    """Look for leaks between `files`, of which 'test' is one.

    Equal customers in two files, a file that holds the test set, and a training file that holds the calibration rows
    are refused. Rows that repeat, as Banking77's official split has, are told apart, so that figures can be given
    without them, and calibrations be fitted without them. Rows with an event later than their
    moment were refused when they were read.

    Raises:
        InputError: all that is refused, at once.
    """
    test = files["test"]
    problems = [_customers(one, other, files) for one, other in combinations(files, 2)]
    keys = {row.key for row in test if row.key}
    warnings, repeated = [], set[str]()
    for name, rows in files.items():
        if name == "test" or not rows:
            continue
        known = {row.key for row in rows if row.key}
        exact = {row.id for row in test if row.key in known}
        near = {pair.valid_id for pair in near_duplicates(rows, test)} - exact
        if len(keys & known) > MOST_REPEATED * max(len(keys), 1):
            problems.append(f"{len(exact):,} of {len(test):,} test rows stand in the {name} file as well")
        if exact or near:
            warnings.append(f"{len(exact):,} test rows repeat a {name} row, and {len(near):,} nearly do")
        repeated |= exact | near
        warnings += _future(name, rows, test)
    calibration = files.get("calibration", ())
    trained = {row.key for row in files.get("train", ()) if row.key}
    learned = {row.id for row in calibration if row.key in trained}
    if len(learned) > MOST_REPEATED * len(calibration):
        problems.append(
            f"{len(learned):,} of {len(calibration):,} calibration rows stand in the train file as well, so what is "
            "fitted on them would promise too much"
        )
    elif learned:
        warnings.append(f"{len(learned):,} calibration rows repeat a train row, and were left out")
    if named := [problem for problem in problems if problem]:
        raise InputError(
            f"This evaluation would flatter: {'; '.join(named)}. Split the rows by customer, then by time."
        )
    return Leaks(frozenset(repeated), tuple(warnings), frozenset(learned))


def _customers(one: str, other: str, files: Mapping[str, Sequence[GoldRow]]) -> str | None:
    first, second = ({row.customer_id for row in files[name]} - {None} for name in (one, other))
    both = sorted(map(str, first & second))
    if not both:
        return None
    return f"{len(both):,} customers are in {one} and in {other}, e.g. {', '.join(map(repr, both[:NAMED]))}"


def _future(name: str, rows: Sequence[GoldRow], test: Sequence[GoldRow]) -> list[str]:
    """Where all rows have times: test rows that are older than what was learned from."""
    known = [row.time for row in rows if row.time is not None]
    if len(known) < len(rows) or any(row.time is None for row in test):
        return []
    older = sum(row.time < max(known) for row in test if row.time is not None)
    return [f"{older:,} test rows are older than the newest {name} row"] if older else []
