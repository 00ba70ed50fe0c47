"""Which rows of a table are to be labelled: those that no file of labelled rows holds yet."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fewsight.answers import nest
from fewsight.digest import digest
from fewsight.errors import InputError
from fewsight.events import CustomerHistory, history_record
from fewsight.language import guess_language
from fewsight.prompts.labelled import GoldRow, read_gold
from fewsight.prompts.labelled.lines import ShotError, parse_object, read_lines
from fewsight.prompts.task import Task
from fewsight.tables import Histories

NOTE: Final = "labelling"
"""The key of a labelled row that says how it came about; whoever reads labels passes over it."""


def read_labelled(files: Iterable[Path], task: Task) -> list[GoldRow]:
    """The rows of all files, with those that give no field left out.

    Raises:
        InputError, MappingError, TaskError: as `read_gold`.
    """
    return [row for path in files for row in read_gold(path, task).rows]


def unlabelled(histories: Histories, moment: datetime | None, labelled: Sequence[GoldRow]) -> Iterator[CustomerHistory]:
    """Histories as known at a moment, without those that ask the same as a labelled row.

    Where nothing was said, which leaves nothing to compare, those of customers that a labelled row names are left out.
    """
    keys = {row.key for row in labelled if row.key}
    customers = {row.customer_id for row in labelled if row.customer_id is not None}
    for history in histories:
        known = history.as_of(moment)
        key = gold_row(known).key
        if key not in keys if key else known.customer_id not in customers:
            yield known


def sampled(histories: Iterable[CustomerHistory], most: int, seed: int) -> list[CustomerHistory]:
    """At most so many histories, drawn by seed and customer id alone, in the order in which they came."""
    ranked = ((digest([seed, history.customer_id]), place, history) for place, history in enumerate(histories))
    kept = heapq.nsmallest(most, ranked, key=lambda one: one[:2])
    return [history for _, _, history in sorted(kept, key=lambda one: one[1])]


def gold_row(history: CustomerHistory, *, is_masked: bool = False) -> GoldRow:
    """A history as a row without labels."""
    language = guess_language(" ".join(event.text or "" for event in history.events[-20:])[:4000])
    return GoldRow(history.customer_id, 0, history, {}, language, is_masked)


def row_record(
    history: CustomerHistory, answer: dict[str, Any], note: dict[str, Any], *, has_customer: bool = True
) -> dict[str, Any]:
    """A line of a file of labelled rows; `answer` holds values by dotted path, the history is as the input had it.

    Without `has_customer`, the id is only the row's number in its table, and names nobody: rows of equal number in
    other tables are somebody else's.
    """
    record = history_record(history)
    if not has_customer:
        del record["customer_id"]
    return {"id": history.customer_id, **record, "answer": nest(answer), NOTE: note}


def wanted_ids(path: Path) -> list[str]:
    """The ids in a file of `fewsight label next`, in its order.

    Raises:
        InputError: it can't be read, or a line has no id.
    """
    if not path.is_file():
        raise InputError(f"no file {str(path)!r} of rows to label; write one with `fewsight label next`.")
    ids = []
    for number, line in read_lines(path):
        try:
            name = parse_object(line).get("id")
        except ShotError as error:
            raise InputError(f"{str(path)!r}, line {number}: {error}.") from None
        if not isinstance(name, str):
            raise InputError(f"{str(path)!r}, line {number} has no 'id'; give a file of `fewsight label next`.")
        ids.append(name)
    return ids
