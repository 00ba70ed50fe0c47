"""Read labelled rows: the same files that serve as pools of shots, with fields that may be missing.

`.jsonl` files may hold shots as in a task folder (`{"id", "text" or "events", "answer": {...}}`). Everything else is a
table (CSV, Parquet, JSONL): a column `text` (or `events`, a JSON list, and perhaps `profile`), columns named like the
task's fields, and perhaps `customer_id` and `time`. Blank cells are fields that are not given.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from fewsight.answers import flatten, nest
from fewsight.digest import file_digest
from fewsight.errors import InputError
from fewsight.prompts.answer.fields import closed_fields, open_fields
from fewsight.prompts.labelled.gold import GoldFile, GoldRow, UnknownLabels
from fewsight.prompts.labelled.gold_table import table_rows
from fewsight.prompts.labelled.partial import partial_output
from fewsight.prompts.labelled.shots import ShotError, check_evidence, make_shot, parse_object, read_lines
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import LANGUAGES, Language, Task

_LINES: Final = (".jsonl", ".ndjson")

Found = tuple[int, Mapping[str, Any] | str]
"""A line with a shot's data, or with the reason why it is left out."""


def read_gold(path: Path, task: Task, *, keep_repeated: bool = False) -> GoldFile:
    """All usable rows of a labelled file.

    Rows of tables without text or any label, or with damaged cells, are left out with their reason; so are shots
    without any label. Rows that repeat another one are counted, and left out unless `keep_repeated`: a test is
    scored as it was made.

    Raises:
        InputError: the file can't be read, or columns are missing.
        TaskError: unknown labels (each once, with suggestions) and shots that are wrong; all at once.
    """
    if not path.is_file():
        raise InputError(f"no file {str(path)!r} of labelled rows; name a .csv, .parquet or .jsonl file.")
    problems, unknown = Problems(f"Labelled file {str(path)!r}"), UnknownLabels()
    gold = GoldFile(path.name, file_digest(path))
    language: Language | None = next((lang for lang in LANGUAGES if path.stem.endswith(f".{lang}")), None)
    ids: set[str] = set()
    for line, data in _shot_lines(path, problems) if _holds_shots(path) else table_rows(path, task):
        if isinstance(data, str):
            gold.left_out.append((line, data))
            continue
        if not unknown.check(_values(data), closed_fields(task.output), line):
            continue
        try:
            row = _row(line, data, task, language)
        except ShotError as error:
            problems.add(f"line {line}", error)
            continue
        if row.id in ids:
            problems.add(f"line {line}", f"id {row.id!r} is there twice; give each row its own")
        ids.add(row.id)
        if row.values:
            gold.add(row, keep_repeated=keep_repeated)
        else:
            gold.left_out.append((line, "no field of the task is given"))
    unknown.report(problems)
    problems.raise_any()
    return gold


def _holds_shots(path: Path) -> bool:
    if path.suffix.casefold() not in _LINES:
        return False
    for _, line in read_lines(path):
        try:
            return "answer" in parse_object(line)
        except ShotError:
            continue
    return False


def _shot_lines(path: Path, problems: Problems) -> Iterator[Found]:
    for number, line in read_lines(path):
        try:
            yield number, parse_object(line)
        except ShotError as error:
            problems.add(f"line {number}", error)


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    answer = data.get("answer")
    return flatten(answer) if isinstance(answer, Mapping) else {}


def _row(line: int, data: Mapping[str, Any], task: Task, language: Language | None) -> GoldRow:
    shot = make_shot(data, partial_output(task.output), language)
    values = flatten(shot.answer)
    check_evidence(values, task.output, len(shot.history.events))
    if set(values) == {f.path for f in closed_fields(task.output)} | {f.path for f in open_fields(task.output)}:
        make_shot({**data, "answer": nest(values)}, task.output, language)  # checks between fields, where there are any
    return GoldRow(shot.id, line, shot.history, values, shot.language)
