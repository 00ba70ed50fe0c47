"""The files that a report is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fewsight.events import CustomerHistory


@dataclass(frozen=True, slots=True)
class Sources:
    """A run's folder, and what else is known of its customers.

    `histories` is the table of the run, as it was given to it; without it there are no quotes, periods and money, and
    no scopes but those of facts and segments. `facts` is a file that `fewsight facts` wrote, `segments` a folder that
    `fewsight segments` wrote (or its segments.parquet), `against` the folder of an earlier run.
    """

    run: Path
    histories: Iterable[CustomerHistory] | None = None
    facts: Path | None = None
    segments: Path | None = None
    against: Path | None = None
