"""The counts of each task, with links to the cards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fewsight.answers import split_path, without_remarks
from fewsight.pages.insights.colours import QUIET
from fewsight.pages.insights.lines import Line, Palette, short_names, words
from fewsight.pages.insights.marks import Marks
from fewsight.pages.insights.tally import Tally

_NOTHING = frozenset(map(words, QUIET))


@dataclass(frozen=True, slots=True)
class Count:
    """How many insights a label or a state has; `mark` names those of them that are shown (None: none is)."""

    name: str
    number: int
    share: float
    colour: str
    mark: str | None
    shown: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """A closed field with its labels, the commonest first."""

    name: str
    counts: Sequence[Count]


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with its statuses and doubts, and its closed fields.

    `folded` are the fields that say nothing in all answers by what they say, as 'not mentioned' -> (price, returns).
    """

    name: str
    states: Sequence[Count]
    fields: Sequence[Field]
    folded: Mapping[str, Sequence[str]]
    warnings: Sequence[str]


def task_view(task: str, tally: Tally, palette: Palette, marks: Marks, told: Sequence[str]) -> TaskView:
    """What the page says of a task; warnings in `told` stand elsewhere."""
    states = dict(tally.statuses) | {"uncertain": tally.uncertain, "for review": tally.review}
    total = max(tally.statuses.total(), 1)
    fields, folded = _folded(list(_fields(task, tally, palette, marks)))
    return TaskView(
        words(task),
        [_count(task, "", name, number / total, number, marks) for name, number in states.items() if number],
        fields,
        folded,
        [one for one in tally.warnings if one not in told and total > 1],
    )


def _folded(fields: Sequence[Field]) -> tuple[list[Field], dict[str, list[str]]]:
    """Fields with something to say, and the names of the others by the one thing that all their answers say."""
    told, folded = [], dict[str, list[str]]()
    for field in fields:
        if len(field.counts) == 1 and field.counts[0].name in _NOTHING:
            folded.setdefault(field.counts[0].name, []).append(field.name)
        else:
            told.append(field)
    return told, folded


def _fields(task: str, tally: Tally, palette: Palette, marks: Marks) -> Iterator[Field]:
    counts = counted(tally)
    names = short_names([Line(words(_named(path)), "") for path in counts])
    for line, (path, labels) in zip(names, counts.items(), strict=True):
        total = sum(labels.values())
        shown = [
            _count(task, path, label, number / total, number, marks, palette[path][label].classes)
            for label, number in sorted(labels.items(), key=lambda item: -item[1])
        ]
        yield Field(line.name, shown)


def counted(tally: Tally) -> dict[str, Mapping[str, int]]:
    """Labels by field, without what is only said about a value, as how it is known."""
    counts = tally.counter.counts()
    return {path: counts[path] for path in without_remarks(counts)}


def _named(path: str) -> str:
    group, last = split_path(path)
    return group if group and last == "value" else path


def _count(task: str, path: str, label: str, share: float, number: int, marks: Marks, colour: str = "") -> Count:
    mark = marks.name(task, path, label)
    shown = marks.cards[marks.numbers[task, path, label]] if mark else 0
    return Count(words(label), number, share, colour, mark, shown)
