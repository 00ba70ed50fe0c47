"""A file of facts (`fewsight facts`) as groups of customers."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from fewsight.agents.reports.model import Condition
from fewsight.agents.reports.reading.records import records
from fewsight.errors import InputError
from fewsight.masking import CustomerKeys


def read_fact_groups(
    path: Path, rows: Mapping[str, int], keys: CustomerKeys, task: str
) -> tuple[dict[Condition, list[int]], dict[Condition, dict[int, float]]]:
    """Rows by text or flag, and numbers by row, of each column of a file of facts.

    Facts of the task's own answers are left out: they would say again what is to be explained.

    Raises:
        InputError: the file can't be read, has no customer_id, or knows no customer of the run.
    """
    groups: dict[Condition, list[int]] = defaultdict(list)
    numbers: dict[Condition, dict[int, float]] = defaultdict(dict)
    matched = 0
    for fact_row in records(path, "facts"):
        if "customer_id" not in fact_row:
            raise InputError(f"{str(path)!r} has no column customer_id; give a file that `fewsight facts` wrote.")
        row = rows.get(keys.of(str(fact_row["customer_id"])))
        if row is None:
            continue
        matched += 1
        for name, value in fact_row.items():
            if name in ("customer_id", "as_of") or name.startswith(f"{task}_") or value is None or value != value:
                continue
            if isinstance(value, str | bool):
                text = value if isinstance(value, str) else ("yes" if value else "no")
                groups[Condition(kind="fact", name=name, value=text)].append(row)
            elif isinstance(value, int | float):
                numbers[Condition(kind="fact", name=name)][row] = float(value)
    if not matched:
        raise InputError(f"{str(path)!r} has facts of none of the run's customers; name the facts of the same table.")
    return groups, numbers
