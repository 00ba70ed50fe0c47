"""Whether anything is left to answer once a table was read."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from fewsight.errors import NothingUsableError
from fewsight.tables.histories import Histories

_READ: Final = 10_000
"""Rows of the quarantine whose reasons are counted."""


def check_usable(histories: Histories, quarantine: Path | None, as_of: datetime | None, kept: bool = True) -> None:
    """Stop where no customer, or no event that may be shown, is left.

    Args:
        histories: as they were read.
        quarantine: the file of rows that were left out, or None where none was written.
        as_of: the moment after which nothing is shown; None for the newest event.
        kept: whether that file stays, so that it can be named.

    Raises:
        NothingUsableError: every row was quarantined, or every event is later than `as_of`.
    """
    counts = histories.counts
    if not counts.customers:
        where = f" See {str(quarantine)!r}." if quarantine and kept else ""
        raise NothingUsableError(
            f"None of the {counts.rows + counts.profile_rows:,} rows can be used{_commonest(quarantine)}.{where} "
            "Name the right columns in a mapping file (--mapping), or mend the table."
        )
    if (
        as_of is not None
        and counts.events
        and not any(event.time is None or event.time <= as_of for history in histories for event in history.events)
    ):
        raise NothingUsableError(
            f"--as-of {as_of.isoformat()} is before every event of the input, so nothing would be shown to the model; "
            "give a later time, or none for the newest event."
        )


def _commonest(quarantine: Path | None) -> str:
    reasons = Counter(_reasons(quarantine)) if quarantine and quarantine.exists() else Counter[str]()
    if not reasons:
        return ""
    ((reason, count),) = reasons.most_common(1)
    return f"; the commonest reason, {count:,} times: {reason}"


def _reasons(quarantine: Path) -> Iterator[str]:
    with quarantine.open(encoding="utf-8") as file:
        for _, line in zip(range(_READ), file, strict=False):
            entry = json.loads(line)
            yield f"column {entry['column']!r}: {entry['reason']}" if entry["column"] else str(entry["reason"])
