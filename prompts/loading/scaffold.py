"""New task folders: a starter to change, or a labelling task made from a table of texts and labels."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, Literal

import tomli_w

from fewsight.errors import TaskError
from fewsight.prompts.columns import Columns
from fewsight.prompts.labelled.intake import Intake, ShotWriter
from fewsight.prompts.labelled.table import TableRow, table_rows
from fewsight.prompts.loading.cell_marks import guess_mark, split_cell
from fewsight.prompts.loading.folder import read_folder
from fewsight.prompts.loading.labelling import NOTHING_FITS, VERSION, default_title
from fewsight.prompts.loading.task_toml import is_name
from fewsight.prompts.task import Language, NoneOfThese
from fewsight.tables.sources.opening import open_source

_LOOK: Final = 20_000
"""Rows that are looked at to tell what stands between labels."""

_STARTER: Final = Path(__file__).parent / "starter"


def new_task(name: str, parent: Path, force: bool = False) -> Path:
    """Write a documented starter folder `parent/name`, which loads and runs as it is.

    Raises:
        TaskError: the name can't be one, or the folder is there already and `force` is False.
    """
    with _new_folder(name, parent, force) as folder:
        for path in sorted(_STARTER.iterdir()):
            if path.suffix in {".toml", ".jinja", ".jsonl", ".py"} and path.name != "__init__.py":
                text = path.read_text("utf-8").replace("starter", name)
                (folder / path.name).write_text(text, "utf-8")
        read_folder(folder)
    return parent / name


def new_labelling_task(
    name: str,
    parent: Path,
    table: Path,
    columns: Columns,
    *,
    none_of_these: NoneOfThese | None = None,
    several: str | None = None,
    language: Language | Literal["auto"] = "auto",
    force: bool = False,
) -> Intake:
    """Write a labelling task `parent/name` with the rows of a table as its shots.

    `columns` names a column of texts, and that of the labels by the field of the answer (`default_field`). `several` is
    the mark between labels where cells hold several, or 'auto' to tell it from the cells; the answer is a list then.

    Labels are those of the table in alphabetical order, and the one for 'none of these'. Rows without text or label,
    and rows that repeat another, are left out and named in the folder's import_report.csv; a text with two labels is
    kept and named there.

    Raises:
        TaskError: the name can't be one, the folder is there already and `force` is False, the labels are no labels, or
            no cell holds `several`.
        InputError, MappingError: the table can't be read, or lacks a column.
    """
    rows = table_rows(open_source(table), columns)
    (field,) = columns.labels
    if several and none_of_these:
        raise TaskError("--several needs no --none-of-these: a list of no labels says that none fits. Leave it out.")
    mark = _mark(table, columns) if several == "auto" else several
    with _new_folder(name, parent, force) as folder:
        split = None if mark is None else partial(split_cell, mark=mark)
        intake = ShotWriter(folder, field, language, split).write(rows)
        if mark is None:
            intake.mark = guess_mark(intake.labels)
        labels = sorted(intake.labels)
        if len(labels) == 1 and not none_of_these:
            raise TaskError(
                f"Column {columns.labels[field]!r} has one label only, {labels[0]!r}, in {intake.rows:,} rows; there "
                "must be at least two to choose from."
            )
        if none_of_these and none_of_these.label not in labels:
            labels.append(none_of_these.label)
        (folder / "task.toml").write_text(_task_toml(name, columns, labels, none_of_these, mark is not None), "utf-8")
        read_folder(folder, with_shots=False)
    return intake


def _mark(table: Path, columns: Columns) -> str:
    """What stands between the labels of a table's cells; a first look at the table, before it is read."""
    (field,) = columns.labels
    rows = table_rows(open_source(table), columns)
    cells = {repr(row.cells[field]): row.cells[field] for row in islice(rows, _LOOK) if isinstance(row, TableRow)}
    mark = guess_mark(cells.values())
    if mark is None:
        raise TaskError(
            f"No cell of column {columns.labels[field]!r} seems to hold several labels; say what stands between them, "
            "as in --several ';', or leave --several out."
        )
    return mark


@contextmanager
def _new_folder(name: str, parent: Path, force: bool) -> Iterator[Path]:
    """A folder that appears under its name whole, or not at all."""
    if not is_name(name):
        raise TaskError(f"{name!r} can't name a task; use letters, digits, '_' and '-', and begin with a letter.")
    target = parent / name
    if target.exists():
        if not force:
            raise TaskError(f"{str(target)!r} is there already; choose another name, or replace it with --force.")
        if not (target / "task.toml").is_file():
            raise TaskError(f"{str(target)!r} is no task folder, so --force doesn't replace it; choose another name.")
    workshop = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=parent))
    try:
        folder = workshop / name
        folder.mkdir()
        yield folder
        if target.exists():
            target.rename(workshop / f"{name}.old")
        folder.rename(target)
    finally:
        shutil.rmtree(workshop)


def _task_toml(name: str, columns: Columns, labels: list[str], none_of_these: NoneOfThese | None, several: bool) -> str:
    (field,) = columns.labels
    described: dict[str, dict[str, dict[str, str]]] = {"en": {field: {}}}
    example = tomli_w.dumps({labels[0] if labels else "label": "..."})
    if none_of_these is not None:
        described = {language: {field: {none_of_these.label: text}} for language, text in NOTHING_FITS.items()}
        example = ""
    parts = [
        tomli_w.dumps({"name": name, "version": VERSION, "title": default_title(name)}),
        "# Any of these labels may be in the answer." if several else "# One of these labels is the answer.",
        tomli_w.dumps({"labelling": {"field": field, "labels": labels, **({"several": True} if several else {})}}),
        "# Say what a label means, as far as its name doesn't; the prompt shows it beside the label.",
        tomli_w.dumps({"descriptions": described}) + (f"# {example}" if example else ""),
    ]
    if none_of_these is not None:
        parts.append("# For texts that are out of scope and, with a threshold, where no label is so probable.")
        given = {key: value for key, value in asdict(none_of_these).items() if value is not None}
        parts.append(tomli_w.dumps({"none_of_these": given}))
    parts += [
        "# Columns of the table that this was made from; other labelled tables may name theirs so, too.",
        _columns(columns),
    ]
    return "\n".join(parts)


def _columns(columns: Columns) -> str:
    named = {"text": columns.history, "customer_id": columns.customer_id, "time": columns.time}
    given = {key: name for key, name in named.items() if name is not None}
    return tomli_w.dumps({"columns": {**given, "labels": dict(columns.labels)}})
