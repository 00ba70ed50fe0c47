"""A table of texts and labels becomes the shots of a labelling task, row by row; nothing is dropped in silence."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Literal

from fewsight.errors import TaskError
from fewsight.export import CsvWriter
from fewsight.language import guess_language
from fewsight.prompts.labelled.labels import plain_label
from fewsight.prompts.labelled.table import BadRow, TableRow
from fewsight.prompts.task import LANGUAGES, Language

REPORT: Final = "import_report.csv"
"""Every row that was left out or that contradicts another, with its line and the reason."""

MOST_LABELS: Final = 1000
"""More different labels than this are a column of something else."""

_SHOWN: Final = 10


@dataclass
class Intake:
    """What became of a table: rows = kept + left_out + repeated. `contradicting` rows are kept.

    `notes` are the first lines of the report. `mark` is what seems to stand between the labels of cells that were taken
    as one label each.
    """

    rows: int = 0
    kept: Counter[Language] = field(default_factory=Counter)
    left_out: int = 0
    repeated: int = 0
    contradicting: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    mark: str | None = None


class ShotWriter:
    """Writes rows as shots into a folder.

    Memory grows by about 300 bytes a row, which is what it takes to find repeated texts.

    Args:
        folder: of the task.
        answer_field: the field of the answer.
        language: of all rows, or 'auto' to tell it by each text.
        split: gives the labels of a cell that may hold several; where None, each cell is one label.
    """

    def __init__(
        self,
        folder: Path,
        answer_field: str,
        language: Language | Literal["auto"],
        split: Callable[[Any], list[str]] | None = None,
    ) -> None:
        self._split = split
        self.intake = Intake()
        self._folder = folder
        self._field = answer_field
        self._language = language
        self._first: dict[int, tuple[int, str]] = {}
        self._whole: set[int] = set()

    def write(self, rows: Iterable[TableRow | BadRow]) -> Intake:
        """Write shots.en.jsonl, shots.zh.jsonl and the report, as far as there is something to write.

        Raises:
            TaskError: there are too many different labels, so the column is probably another.
        """
        with ExitStack() as stack:
            files = {
                language: stack.enter_context((self._folder / f"shots.{language}.jsonl").open("w", encoding="utf-8"))
                for language in LANGUAGES
            }
            report = stack.enter_context((self._folder / REPORT).open("w", encoding="utf-8", newline=""))
            self._notes = CsvWriter(report)
            self._notes.writerow(["line", "kept", "reason"])
            for row in rows:
                self._add(row, files)
        written = {f"shots.{language}.jsonl": count for language, count in self.intake.kept.items()}
        for name in [*(f"shots.{language}.jsonl" for language in LANGUAGES), REPORT]:
            if not (self.intake.notes if name == REPORT else written.get(name)):
                (self._folder / name).unlink()
        return self.intake

    def _add(self, row: TableRow | BadRow, files: Mapping[Language, IO[str]]) -> None:
        self.intake.rows += 1
        if isinstance(row, BadRow):
            self.intake.left_out += 1
            self._note(row.line, False, row.reason)
            return
        cell, text = row.cells[self._field], row.history["text"]
        labels = self._split(cell) if self._split else [plain_label(cell)]
        if not self._is_new(row, "; ".join(sorted(labels))):
            return
        self.intake.labels.update(labels)
        if len(self.intake.labels) > MOST_LABELS:
            some = [label[:40] for label in list(self.intake.labels)[:3]]
            raise TaskError(f"more than {MOST_LABELS} different labels, such as {some}; is it the column of labels?")
        language = guess_language(text) if self._language == "auto" else self._language
        self.intake.kept[language] += 1
        shot = {"id": row.id, **row.history, "answer": {self._field: labels if self._split else labels[0]}}
        files[language].write(json.dumps(shot, ensure_ascii=False, separators=(",", ":")) + "\n")

    def _is_new(self, row: TableRow, label: str) -> bool:
        text, whole = _key(row.history["text"]), _key(label, *map(str, row.history.items()))
        first_line, first_label = self._first.setdefault(text, (row.line, label))
        if whole in self._whole:
            self.intake.repeated += 1
            self._note(row.line, False, f"repeats a row before it (same text as line {first_line})")
            return False
        self._whole.add(whole)
        if label != first_label:
            self.intake.contradicting += 1
            self._note(row.line, True, f"label {label!r}, but the same text has {first_label!r} in line {first_line}")
        return True

    def _note(self, line: int, kept: bool, reason: str) -> None:
        self._notes.writerow([line, "yes" if kept else "no", reason])
        if len(self.intake.notes) < _SHOWN:
            self.intake.notes.append(f"line {line}: {reason}")


def _key(*words: str) -> int:
    data = "\x1f".join(words).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")
