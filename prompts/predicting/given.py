"""Labels that stand in a column of a table, such as churned: rows of a plain table become a task and its files."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import tomli_w

from fewsight.errors import InputError, TaskError, did_you_mean
from fewsight.events import CustomerHistory, Scalar, history_record
from fewsight.files import replacing, write_text
from fewsight.outcomes.outcome import NO, YES
from fewsight.outcomes.sides import SIDES, Side, Sides
from fewsight.outcomes.telling import Telltales
from fewsight.prompts.loading.folder import read_folder
from fewsight.prompts.loading.labelling import VERSION
from fewsight.prompts.predicting.folder import FIELD
from fewsight.prompts.predicting.rows import file_of

_MOST_LABELS: Final = 20
_WORDS: Final = {"true": YES, "1": YES, "1.0": YES, "yes": YES, "false": NO, "0": NO, "0.0": NO, "no": NO}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GivenLabels:
    """Which column holds labels, and what is shown beside it.

    A label in a profile is of the customer as they stand at `as_of` (aware), or with all events where it is None; one
    in the rows of events is of the moment of its event, whose other columns are shown as the profile's. `without` are
    columns that are left out.
    """

    column: str
    sides: Sides
    as_of: datetime | None = None
    without: frozenset[str] = frozenset()


@dataclass
class LabelCounts:
    """Labels by side, rows without one, and columns that were seen."""

    labels: dict[Side, Counter[str]] = field(default_factory=lambda: {side: Counter() for side in SIDES})
    unlabelled: int = 0
    columns: set[str] = field(default_factory=set)

    @property
    def names(self) -> list[str]:
        """All labels: yes and no in this order, others from the commonest on."""
        total = sum(self.labels.values(), Counter[str]())
        return [YES, NO] if set(total) == {YES, NO} else [name for name, _ in total.most_common()]

    def lines(self, column: str) -> Iterator[str]:
        """Rows and labels of each file."""
        for side in SIDES:
            counts = self.labels[side]
            shares = ", ".join(f"{name} {counts[name] / counts.total():.1%}" for name in self.names if counts[name])
            yield f"  {side}: {counts.total():,} rows{f' ({shares})' if shares else ''}"
        if self.unlabelled:
            yield f"  {self.unlabelled:,} customers have no {column!r}"


def prepare_given(
    name: str, histories: Iterable[CustomerHistory], given: GivenLabels, out: Path, keep: Iterable[str] = ()
) -> LabelCounts:
    """Write the task folder `out/name`, a file of rows for each side, and suite.toml; memory holds one customer.

    Args:
        name: of the task.
        histories: all customers; they are gone through twice.
        given: where labels stand.
        out: the folder; what is there is replaced.
        keep: columns that seem to know the label and don't.

    Raises:
        InputError: no such column, fewer than two labels or too many, or a column that knows the label.
        TaskError: the name can't be one.
    """
    counts = _look(histories, given, frozenset(keep))
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files: dict[Side, IO[str]] = {}
        for side in SIDES:
            path = stack.enter_context(replacing(out / file_of(side)))
            files[side] = stack.enter_context(path.open("w", encoding="utf-8"))
        for history in histories:
            for row, label in _rows(history, given):
                record = {"profile": {}, **history_record(row), FIELD: label}
                files[given.sides.of(history.customer_id)].write(json.dumps(record, ensure_ascii=False) + "\n")
    _write_task(name, out, given.column, counts)
    return counts


def _rows(history: CustomerHistory, given: GivenLabels) -> Iterator[tuple[CustomerHistory, str]]:
    """Histories as they are shown, each with its label."""
    hidden = {given.column, *given.without}
    profile = {key: value for key, value in history.profile.items() if key not in hidden}
    shown = replace(
        history, events=tuple(replace(e, attributes=_without(e.attributes, hidden)) for e in history.events)
    )
    label = _label(history.profile.get(given.column))
    if label is not None:
        yield replace(shown.as_of(given.as_of) if given.as_of else shown, profile=profile), label
        return
    for event in history.events:
        label = _label(event.attributes.get(given.column))
        if label is not None and event.time is not None:
            beside = {**profile, **_without(event.attributes, hidden)}
            yield replace(shown.as_of(event.time), profile=beside), label


def _without(cells: Any, hidden: set[str]) -> dict[str, Scalar]:  # noqa: ANN401 - a mapping of cells
    return {key: value for key, value in cells.items() if key not in hidden}


def _label(cell: Scalar | None) -> str | None:
    if cell is None or not (text := str(cell).strip()):
        return None
    return _WORDS.get(text.casefold(), text)


def _look(histories: Iterable[CustomerHistory], given: GivenLabels, keep: frozenset[str]) -> LabelCounts:
    counts, tells = LabelCounts(), Telltales()
    for history in histories:
        counts.columns.update(history.profile, *(event.attributes for event in history.events))
        rows = list(_rows(history, given))
        counts.unlabelled += not rows
        for row, label in rows:
            counts.labels[given.sides.of(history.customer_id)][label] += 1
            if len(counts.names) <= 2:
                shown = {key: value for key, value in row.profile.items() if key not in keep}
                tells.look(shown, label == counts.names[0], row.until or _NEVER)
    if problems := list(_problems(counts, given, tells)):
        raise InputError(f"{given.column!r} can't be learned:" + "".join(f"\n  - {one}" for one in problems))
    return counts


def _problems(counts: LabelCounts, given: GivenLabels, tells: Telltales) -> Iterator[str]:
    names, column = counts.names, given.column
    for name in sorted({column, *given.without} - counts.columns):
        yield f"no customer or event has a column {name!r}.{did_you_mean(name, counts.columns)}"
    if column in counts.columns and len(names) < 2:
        yield f"all rows have the same label, {names[0]!r}" if names else "no row has a label and, in events, a time"
    if len(names) > _MOST_LABELS:
        yield f"it has {len(names):,} different values; at most {_MOST_LABELS} are labels. Write ranges of numbers"
    elif len(names) > 1 and len(counts.labels["train"]) < 2:
        yield "training rows have one label; choose other shares or another seed"
    for name, why in tells.telling() if len(names) == 2 else ():
        yield f"the column {name!r} seems to know it: {why}. Leave it out (--without {name}), or --keep {name}"


def _write_task(name: str, out: Path, column: str, counts: LabelCounts) -> None:
    if not name.isidentifier():
        raise TaskError(f"{name!r} can't name a task; use letters, digits and '_'.")
    labels = counts.names
    table = {"name": name, "version": VERSION, "title": f"What is {column} of this customer?"}
    write_text(out / name / "task.toml", tomli_w.dumps({**table, "labelling": {"field": FIELD, "labels": labels}}))
    read_folder(out / name)
    task: dict[str, str] = {"task": name, **{side: file_of(side) for side in SIDES if counts.labels[side]}}
    options: dict[str, Any] = {"metric": "auc"} if set(labels) == {YES, NO} else {}
    arms = ["majority", "facts-lr", "facts-gbm"]
    suite = {"title": f"{column}, as a table has it", "arms": arms, "baselines": False, **options, "tasks": [task]}
    write_text(out / "suite.toml", tomli_w.dumps(suite))
