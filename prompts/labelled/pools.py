"""Shots from a file of one's own: JSON lines as in a task folder, or a table of texts and labels."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fewsight.answers import nest, split_path
from fewsight.errors import InputError, TaskError, did_you_mean
from fewsight.evidence import reference
from fewsight.prompts.answer.fields import ClosedField, closed_fields, open_fields
from fewsight.prompts.labelled.shots import ShotError, make_shot, parse_line, read_lines
from fewsight.prompts.labelled.text_table import BadRow, Columns, LabelledRow, LabelledTable
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import LANGUAGES, Language, Shot, Task
from fewsight.tables.sources.opening import open_source

_LINES: Final = (".jsonl", ".ndjson")


def load_pool(path: Path, task: Task) -> tuple[Shot, ...]:
    """The shots of a file for a task.

    `.jsonl` files hold shots as in a task folder. Tables (.csv, .parquet) hold a message in each row: a column `text`,
    one named like the task's closed field or `label`, and perhaps `customer_id` and `time`. They serve tasks with one
    closed field whose only other field is evidence, which is then the message. A shot's language is the file's where
    that ends in `.en.jsonl` or `.zh.jsonl`, else that of its text.

    Raises:
        InputError: the file can't be read.
        TaskError: everything that is wrong with its shots, by line.
    """
    if not path.is_file():
        raise InputError(f"no pool {str(path)!r}; name a file of shots, or of texts and labels.")
    problems = Problems(f"Pool {str(path)!r}")
    found = _from_lines(path, task, problems) if path.suffix in _LINES else _from_table(path, task, problems)
    shots: dict[str, Shot] = {}
    for where, shot in found:
        if shot.id in shots:
            problems.add(where, f"id {shot.id!r} is there twice; give each shot its own")
        shots[shot.id] = shot
    if not shots:
        problems.add("", "no shot in it")
    problems.raise_any()
    return tuple(shots.values())


def _from_lines(path: Path, task: Task, problems: Problems) -> Iterator[tuple[str, Shot]]:
    language: Language | None = next((lang for lang in LANGUAGES if path.stem.endswith(f".{lang}")), None)
    for number, line in read_lines(path):
        try:
            yield f"line {number}", parse_line(line, task.output, language)
        except ShotError as error:
            problems.add(f"line {number}", error)


def _from_table(path: Path, task: Task, problems: Problems) -> Iterator[tuple[str, Shot]]:
    field = _label_field(task)
    source = open_source(path)
    last = split_path(field.path)[1]
    label = next((name for name in (field.path, last, "label") if name in source.columns), last)
    customer, time = (name if name in source.columns else None for name in ("customer_id", "time"))
    for row in LabelledTable(source, Columns("text", label, customer, time)).rows():
        where = f"line {row.line}"
        if isinstance(row, BadRow):
            problems.add(where, row.reason)
        elif row.label not in field.labels:
            problems.add(where, f"{label} is {row.label!r}, not a label.{did_you_mean(row.label, field.labels)}")
        else:
            yield where, _shot(row, field, task)


def _label_field(task: Task) -> ClosedField:
    closed = closed_fields(task.output)
    written = [field.path for field in open_fields(task.output) if field.evidence is None]
    if len(closed) != 1 or written:
        fields = [field.path for field in closed] + written
        raise TaskError(
            f"a table has one label for a text, but task {task.name!r} asks for {fields}; use a .jsonl pool."
        )
    return closed[0]


def _shot(row: LabelledRow, field: ClosedField, task: Task) -> Shot:
    answer = nest({field.path: field.value_of(row.label)})
    answer |= {field.path: [reference(1)] for field in open_fields(task.output)}
    data = {"id": f"row-{row.line:07d}", "text": row.text, "customer_id": row.customer_id, "answer": answer}
    time = {"time": row.time.isoformat()} if row.time else {}
    return make_shot(data | time, task.output, None)
