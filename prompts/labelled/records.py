"""Files of labelled rows, read row by row: JSON lines as in a task folder, or a table with columns of labels."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fewsight.answers import nest, split_path
from fewsight.errors import MappingError, TaskError
from fewsight.evidence import reference
from fewsight.prompts.answer.fields import open_fields
from fewsight.prompts.answer.several import asked_labels, asked_paths
from fewsight.prompts.columns import Columns
from fewsight.prompts.labelled.labels import UnknownLabels, plain_answer
from fewsight.prompts.labelled.lines import ShotError, parse_object, read_lines
from fewsight.prompts.labelled.shots import make_shot
from fewsight.prompts.labelled.table import BadRow, TableRow, parse_cell, table_rows
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import LANGUAGES, Language, Shot, Task
from fewsight.tables.records import BadValue
from fewsight.tables.sources.opening import open_source

_LINES: Final = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class LabelledShot:
    """A shot and the line that it stands in, which counts from 1."""

    line: int
    shot: Shot


def labelled_shots(
    path: Path, task: Task, problems: Problems, *, partial: bool = False
) -> Iterator[LabelledShot | BadRow]:
    """The rows of a file as shots of a task; `partial` ones may lack fields, which are None in their answers then.

    Rows of a table that hold no history or label, or damaged cells, are BadRows. All else that is wrong is noted in
    `problems`: lines that are no shots, ids that are there twice, and unknown labels (each once, with suggestions).

    Raises:
        InputError: the file can't be read.
        MappingError, TaskError: it is a table and lacks columns.
    """
    unknown, ids = UnknownLabels(task.output), set[str]()
    language: Language | None = next((lang for lang in LANGUAGES if path.stem.endswith(f".{lang}")), None)
    rows = _lines(path, problems) if _holds_shots(path) else _table(path, task, partial)
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        line, data = row
        answer = data.get("answer")
        if isinstance(answer, Mapping):
            data = {**data, "answer": plain_answer(answer, task.output)}
            if not unknown.check(data["answer"], line):
                continue
        try:
            shot = make_shot(data, task.output, language, partial=partial)
        except ShotError as error:
            problems.add(f"line {line}", error)
            continue
        if shot.id in ids:
            problems.add(f"line {line}", f"id {shot.id!r} is there twice; give each its own")
        ids.add(shot.id)
        yield LabelledShot(line, shot)
    unknown.report(problems)


def find_columns(columns: Sequence[str], task: Task, name: str) -> Columns:
    """Tell a labelled table's columns by their names.

    What is named as in the table that the task was made from holds the same. Else a field's column is named like its
    path, like the path's last word where only one field ends so, or `label` where the task has one closed field; a text
    stands in `text`, events in `events`.

    Raises:
        MappingError: there is no text, or no column of a closed field.
    """
    closed = tuple(asked_labels(task.output))
    paths = asked_paths(task.output)
    known = task.columns or Columns("text", {})
    last = [split_path(path)[1] for path in paths]
    labels: dict[str, str] = {}
    for path, word in zip(paths, last, strict=True):
        names = [known.labels.get(path, path), path, *([word] if last.count(word) == 1 else [])]
        if closed == (path,):
            names.append("label")
        if column := next((name for name in names if name in columns), None):
            labels[path] = column
    history = next((column for column in (known.history, "text", "events") if column in columns), None)
    text = repr(known.history) if known.history == "text" else f"{known.history!r} or 'text'"
    missing = [] if history else [f"no column {text} (a message) or 'events' (a JSON list)"]
    if not any(path in labels for path in closed):
        missing.append(f"no column of a label; name one like a field of the task: {', '.join(map(repr, paths))}")
    if missing or history is None:
        raise MappingError(f"{name} holds no labelled rows: {'; '.join(missing)}. It has {', '.join(columns)}.")
    holds_events = history == "events" and known.history != "events"
    extra = ("customer_id", "profile", "as_of") if holds_events else ("customer_id", "time")
    candidates = [(key, name) for key in extra for name in (key, getattr(known, key)) if name in columns]
    return Columns(history, labels, **dict(candidates), holds_events=holds_events)


def _holds_shots(path: Path) -> bool:
    """Whether it is JSON lines of shots: they have answers, where a table of JSON lines has fields."""
    if path.suffix.casefold() not in _LINES:
        return False
    for _, line in read_lines(path):
        try:
            return "answer" in parse_object(line)
        except ShotError:
            continue
    return True


def _lines(path: Path, problems: Problems) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in read_lines(path):
        try:
            yield number, parse_object(line)
        except ShotError as error:
            problems.add(f"line {number}", error)


def _table(path: Path, task: Task, partial: bool) -> Iterator[tuple[int, Mapping[str, Any]] | BadRow]:
    table = open_source(path)
    columns = find_columns(table.columns, task, table.name)
    if not partial:
        _check_whole(columns, task, table.name)
    closed = frozenset(asked_labels(task.output))
    # The evidence of whatever is said of one message is that message.
    evidence = [field.path for field in open_fields(task.output) if field.evidence is not None]
    implied = {} if columns.holds_events else {path: [reference(1)] for path in evidence if path not in columns.labels}
    for row in table_rows(table, columns):
        try:
            yield row if isinstance(row, BadRow) else (row.line, _shot_data(row, closed, implied))
        except BadValue as error:
            yield BadRow(row.line, str(error))


def _check_whole(columns: Columns, task: Task, name: str) -> None:
    written = [field.path for field in open_fields(task.output) if field.evidence is None or columns.holds_events]
    asked = [*asked_labels(task.output), *written]
    if missing := [path for path in asked if path not in columns.labels]:
        raise TaskError(
            f"{name} has no columns of {missing}, and a shot of task {task.name!r} answers them; add the columns, or "
            "use a .jsonl pool."
        )


def _shot_data(row: TableRow, closed: Collection[str], implied: Mapping[str, Any]) -> dict[str, Any]:
    values = {path: cell if path in closed else _open_value(cell) for path, cell in row.cells.items()}
    return {"id": row.id, **row.history, "answer": nest({**values, **implied})}


def _open_value(cell: Any) -> Any:  # noqa: ANN401 - any cell
    """A cell as a JSON value: a text, or a JSON list of what the field holds."""
    return parse_cell(cell, "a list") if isinstance(cell, str) and cell.lstrip().startswith("[") else cell
