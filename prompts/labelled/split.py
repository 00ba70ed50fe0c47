"""Training and validation rows: apart by customer, by time where there are times, and checked for what leaks."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fewsight.errors import InputError
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled.gold import GoldRow, label_counts
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import Task

NAMED: Final = 5
"""Examples that a message names."""


@dataclass(frozen=True)
class Split:
    """Rows to train on and rows held back. `how` says in words how they were told apart."""

    train: tuple[GoldRow, ...]
    valid: tuple[GoldRow, ...]
    how: str


def split_rows(rows: Sequence[GoldRow], task: Task, share: float, seed: int) -> Split:
    """Hold back about `share` of the rows: all rows of a customer, and all rows of an equal text, stay together.

    Where every row has a time, the groups with the newest rows are held back, so that validation looks ahead as serving
    does; else groups are drawn by `seed`, equally on every machine. A group that holds the last rows of a label is not
    held back, nor one that would take more than twice the share, unless there is no other: then it is the smallest.

    Raises:
        InputError: there are fewer than two groups, so nothing can be held back.
    """
    groups = groups_of(rows)
    if len(groups) < 2:
        raise InputError(f"{len(rows)} rows of one customer or text can't be split; add rows, or give --valid.")
    moments = [row.time for row in rows]
    by_time = all(moments) and len(set(moments)) > 1
    order = sorted(groups, key=lambda group: min(rows[i].id for i in group))
    random.Random(seed).shuffle(order)  # noqa: S311 - reproducible, no secret
    if by_time:
        order.sort(key=lambda group: max(_moment(rows[i]) for i in group), reverse=True)
    paths = frozenset(closed.path for closed in closed_fields(task.output))
    left = Counter(label for row in rows for label in _labels(row, paths))
    held: set[int] = set()
    small = [group for group in order if len(group) <= 2 * share * len(rows)]
    large = sorted((group for group in order if len(group) > 2 * share * len(rows)), key=len)
    for group in (*small, *large):
        most = len(rows) - 1 if not held else min(2 * share * len(rows), len(rows) - 1)
        if len(held) >= share * len(rows):
            break
        labels = Counter(label for i in group for label in _labels(rows[i], paths))
        if len(held) + len(group) <= most and all(left[label] > count for label, count in labels.items()):
            left -= labels
            held |= set(group)
    if not held:
        raise InputError(f"every one of {len(rows)} rows is the last of its label; add rows, or give --valid.")
    train = tuple(row for i, row in enumerate(rows) if i not in held)
    valid = tuple(row for i, row in enumerate(rows) if i in held)
    known = any(row.customer_id for row in rows)
    how = f"{'the newest' if by_time else f'drawn with seed {seed},'} {len(valid)} of {len(rows)} rows"
    return Split(train, valid, how + (", by customer" if known else ", equal texts together"))


def check_split(train: Sequence[GoldRow], valid: Sequence[GoldRow], task: Task) -> list[str]:
    """What makes a validation unfit is refused; what weakens it comes back as warnings.

    Raises:
        TaskError: a field has one label only, rows of `valid` repeat texts or customers of `train`, or use labels that
            `train` lacks; all at once.
    """
    problems, warnings = Problems("Training and validation rows"), []
    counts, held = label_counts(train, task), label_counts(valid, task)
    if not train:
        problems.add("", "no row is left to train on")
    for closed in closed_fields(task.output):
        count = counts[closed.path]
        if len(count) == 1 and len(closed.labels) > 1:
            problems.add(closed.path, f"all {count.total()} rows have {next(iter(count))!r}; there is nothing to learn")
        absent = [value for value in closed.values if value not in count]
        if count and absent:
            warnings.append(f"{closed.path}: {len(absent)} labels without any row: {_some(absent)}")
        if unseen := [value for value in held[closed.path] if count and value not in count]:
            problems.add(closed.path, f"labels of the validation rows that no training row has: {_some(unseen)}")
    for what, mine, theirs in (
        ("texts", {r.key: r.text for r in train}, {r.key: r.text for r in valid}),
        ("customers", {r.customer_id: r.customer_id for r in train}, {r.customer_id: r.customer_id for r in valid}),
    ):
        if both := sorted(word for key, word in mine.items() if word and key in theirs):
            advice = "leave them out of one, or give no --valid and let the split keep them together"
            problems.add("", f"{len(both)} {what} are in both, such as {_some(both)}; {advice}")
    problems.raise_any()
    return warnings


def count_labels(rows: Sequence[GoldRow], task: Task) -> dict[str, dict[str, int]]:
    """Rows by label, for each closed field, as plain data."""
    counts: dict[str, Counter[Any]] = label_counts(rows, task)
    return {
        closed.path: {label: counts[closed.path][closed.value_of(label)] for label in closed.labels}
        for closed in closed_fields(task.output)
    }


def groups_of(rows: Sequence[GoldRow]) -> list[list[int]]:
    """Indices of rows that must stay together: union of equal customers and equal questions."""
    parent = list(range(len(rows)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[tuple[str, str], int] = {}
    for i, row in enumerate(rows):
        for key in (("customer", row.customer_id or ""), ("text", row.key)):
            if key[1]:
                parent[find(i)] = find(first.setdefault(key, i))
    groups: dict[int, list[int]] = {}
    for i in range(len(rows)):
        groups.setdefault(find(i), []).append(i)
    return list(groups.values())


def _labels(row: GoldRow, paths: frozenset[str]) -> list[tuple[str, Any]]:
    return [(path, value) for path, value in row.values.items() if path in paths]


def _moment(row: GoldRow) -> datetime:
    assert row.time is not None
    return row.time


def _some(words: Sequence[object]) -> str:
    shown = ", ".join(repr(word if not isinstance(word, str) else word[:60]) for word in words[:NAMED])
    return shown + (f" and {len(words) - NAMED} more" if len(words) > NAMED else "")
