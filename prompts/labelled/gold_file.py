"""Read labelled rows: the same files that serve as pools of shots, with fields that may be missing.

`.jsonl` files may hold shots as in a task folder (`{"id", "text" or "events", "answer": {...}}`). Everything else is a
table (CSV, Parquet, JSONL): a column `text` (or `events`, a JSON list, and perhaps `profile`), columns named like the
task's fields, and perhaps `customer_id` and `time`. Blank cells are fields that are not given.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fewsight.digest import file_digest
from fewsight.errors import InputError
from fewsight.prompts.answer.fields import given_values
from fewsight.prompts.labelled.gold import GoldRow
from fewsight.prompts.labelled.records import labelled_shots
from fewsight.prompts.labelled.table import BadRow
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import Task


@dataclass
class GoldFile:
    """What a labelled file holds: every row that was read is in `rows` or `left_out`, or counted in `repeated`.

    Where repeated rows were to be kept, they are both in `rows` and counted. `left_out` are pairs of line and reason;
    `contradicting` counts rows that are kept although the same question has another answer before; rows without text
    never count.
    """

    name: str
    digest: str = ""
    rows: list[GoldRow] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    repeated: int = 0
    contradicting: int = 0
    _seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    _whole: set[str] = field(default_factory=set)

    def add(self, row: GoldRow, *, keep_repeated: bool = False) -> None:
        """Keep a row, unless one with equal events, values, customer, profile and time is there."""
        key = row.key
        whole = repr((key, sorted(row.values.items()), row.customer_id, row.time, row.history.profile))
        if key and whole in self._whole:
            self.repeated += 1
            if not keep_repeated:
                return
        self._whole.add(whole)
        if key:
            before = self._seen.setdefault(key, dict(row.values))
            self.contradicting += any(before.get(path, value) != value for path, value in row.values.items())
        self.rows.append(row)


def read_gold(path: Path, task: Task, *, keep_repeated: bool = False) -> GoldFile:
    """All usable rows of a labelled file.

    Rows of tables without text or any label, or with damaged cells, are left out with their reason; so are shots
    without any label. Rows that repeat another one are counted, and left out unless `keep_repeated`: a test is
    scored as it was written.

    Raises:
        InputError: the file can't be read, or columns are missing.
        TaskError: unknown labels (each once, with suggestions) and shots that are wrong; all at once.
    """
    if not path.is_file():
        raise InputError(f"no file {str(path)!r} of labelled rows; name a .csv, .xlsx, .parquet or .jsonl file.")
    problems = Problems(f"Labelled file {str(path)!r}")
    gold = GoldFile(path.name, file_digest(path))
    for row in labelled_shots(path, task, problems, partial=True):
        if isinstance(row, BadRow):
            gold.left_out.append((row.line, row.reason))
        elif values := given_values(row.shot.answer, task.output):
            shot = row.shot
            gold.add(GoldRow(shot.id, row.line, shot.history, values, shot.language), keep_repeated=keep_repeated)
        else:
            gold.left_out.append((row.line, "no field of the task is given"))
    problems.raise_any()
    return gold
