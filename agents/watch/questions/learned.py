"""Whom an answerer has learned from: their past sets no threshold, as it knows how theirs went on."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory
from fewsight.outcomes.sides import drawn
from fewsight.prompts.labelled import GoldRow, read_gold, rows_digest
from fewsight.prompts.task import Task
from fewsight.serving.answerers.folder import AnswererManifest

logger = logging.getLogger(__name__)

FILES: Final = ("train.jsonl", "calibration.jsonl")
"""What `predict init` writes beside a task folder, and an answerer is fitted on."""

MOST: Final = 4_000
"""Learned histories that are kept to compare with."""


@dataclass(frozen=True)
class Learned:
    """`customers` have rows among those that were learned from; `until` is when the last of their windows ended.
    `histories` are some of the rows, each known up to its moment.
    """

    customers: frozenset[str]
    until: datetime | None
    histories: tuple[CustomerHistory, ...]

    def is_clean(self, customer: str, moment: datetime) -> bool:
        """Whether nothing that the answerer learned from tells how a customer went on after a moment."""
        return customer not in self.customers or (self.until is not None and moment >= self.until)


def read_learned(
    task: Task, folder: Path, files: Sequence[Path] | None, manifest: AnswererManifest, span: timedelta
) -> Learned:
    """The rows of the named files, or of those beside the task folder.

    Raises:
        ConfigError: there are none, or a row names no customer.
        FewsightError: a file can't be read.
    """
    named = [folder.parent / name for name in FILES] if files is None else list(files)
    named = [path for path in named if files is not None or path.is_file()]
    if not named:
        raise ConfigError(
            f"No rows stand beside {str(folder)!r} ({' and '.join(FILES)}); name those that the answerer was fitted on "
            "with --learned: the past of their customers says nothing about false alarms."
        )
    by_file = [read_gold(path, task).rows for path in named]
    _compare(manifest, by_file, named)
    rows = [row for some in by_file for row in some]
    if nameless := [row for row in rows if row.customer_id is None]:
        raise ConfigError(f"Row {nameless[0].id!r} names no customer, so that nobody can be told apart.")
    moments = [moment for row in rows if (moment := row.history.now)]
    share = MOST / max(len(by_file[0]), 1)
    kept = (row for row in by_file[0] if drawn(f"{row.customer_id} {row.id}") < share)
    return Learned(
        frozenset(str(row.customer_id) for row in rows),
        max(moments) + span if moments else None,
        tuple(row.history for row in kept),
    )


def _compare(manifest: AnswererManifest, by_file: Sequence[Sequence[GoldRow]], named: Sequence[Path]) -> None:
    digests = {rows_digest(rows) for rows in by_file}
    facts = manifest.rows
    wanted = {"learned from": facts.learned_digest, "was weighted on": facts.fitted_digest}
    if unknown := [what for what, digest in wanted.items() if digest is not None and digest not in digests]:
        logger.warning(
            "Answerer %r %s other rows than those of %s; if their customers are others too, the rate of false alarms "
            "is no promise. Name its rows with --learned.",
            manifest.name,
            " and ".join(unknown),
            " and ".join(str(path) for path in named),
        )
