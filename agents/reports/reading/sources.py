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
    `fewsight segments` wrote (or its segments.parquet), `against` the folder of an earlier run. `labels` is a file of
    customers whose true label is known, `actions` a catalogue of actions, `topics` a registry of topics, which is
    written too unless `is_check`.
    """

    run: Path
    histories: Iterable[CustomerHistory] | None = None
    facts: Path | None = None
    segments: Path | None = None
    against: Path | None = None
    labels: Path | None = None
    actions: Path | None = None
    topics: Path | None = None
    is_check: bool = False
