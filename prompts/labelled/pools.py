"""Shots from a file of one's own: JSON lines as in a task folder, or a table of texts and labels."""

from pathlib import Path

from fewsight.errors import InputError
from fewsight.prompts.labelled.records import labelled_shots
from fewsight.prompts.labelled.table import BadRow
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import Shot, Task


def load_pool(path: Path, task: Task) -> tuple[Shot, ...]:
    """The shots of a file for a task.

    It is read as by `read_gold`, but every row must be usable, and answer all fields: a shot is shown whole. In a table
    of texts, evidence is the message where no column gives it. A shot's language is the file's where that ends like
    `.en.jsonl` or `.zh.csv`, else that of its text.

    Raises:
        InputError: the file can't be read, or columns are missing.
        TaskError: everything that is wrong with its shots, by line.
    """
    if not path.is_file():
        raise InputError(f"no pool {str(path)!r}; name a file of shots, or of texts and labels.")
    problems, shots = Problems(f"Pool {str(path)!r}"), list[Shot]()
    for row in labelled_shots(path, task, problems):
        if isinstance(row, BadRow):
            problems.add(f"line {row.line}", row.reason)
        else:
            shots.append(row.shot)
    if not shots and not problems:
        problems.add("", "no shot in it")
    problems.raise_any()
    return tuple(shots)
