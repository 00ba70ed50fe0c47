"""New task folders: a starter to change, or a labelling task made from a table of texts and labels."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from fewsight.errors import TaskError
from fewsight.prompts.labelled.intake import Intake, ShotWriter
from fewsight.prompts.labelled.table import Columns, table_rows
from fewsight.prompts.loading.folder import read_folder
from fewsight.prompts.loading.labelling import NOTHING_FITS, VERSION, default_title
from fewsight.prompts.loading.task_toml import is_name
from fewsight.prompts.task import Language, NoneOfThese
from fewsight.tables.sources.opening import open_source

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
    language: Language | Literal["auto"] = "auto",
    force: bool = False,
) -> Intake:
    """Write a labelling task `parent/name` with the rows of a table as its shots.

    `columns` names a column of texts, and that of the labels by the field of the answer (`default_field`).

    Labels are those of the table in alphabetical order, and the one for 'none of these'. Rows without text or label,
    and rows that repeat another, are left out and named in the folder's import_report.csv; a text with two labels is
    kept and named there.

    Raises:
        TaskError: the name can't be one, the folder is there already and `force` is False, or the labels are no labels.
        InputError, MappingError: the table can't be read, or lacks a column.
    """
    rows = table_rows(open_source(table), columns)
    (field,) = columns.labels
    with _new_folder(name, parent, force) as folder:
        intake = ShotWriter(folder, field, language).write(rows)
        labels = sorted(intake.labels)
        if none_of_these and none_of_these.label not in labels:
            labels.append(none_of_these.label)
        (folder / "task.toml").write_text(_task_toml(name, field, labels, none_of_these), "utf-8")
        read_folder(folder, with_shots=False)
    return intake


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


def _task_toml(name: str, field: str, labels: list[str], none_of_these: NoneOfThese | None) -> str:
    lines = [
        f"name = {_quoted(name)}",
        f"version = {_quoted(VERSION)}",
        f"title = {_quoted(default_title(name))}",
        'metrics = ["accuracy", "macro_f1"]',
        "",
        "# One of these labels is the answer.",
        "[labelling]",
        f"field = {_quoted(field)}",
        f"labels = [{''.join(chr(10) + '    ' + _quoted(label) + ',' for label in labels)}\n]",
        "",
        "# Say what a label means, as far as its name doesn't; the prompt shows it beside the label.",
        f"[descriptions.en.{field}]",
    ]
    if none_of_these is None:
        return "\n".join([*lines, f'# {_quoted(labels[0] if labels else "label")} = "..."', ""])
    label = _quoted(none_of_these.label)
    lines += [f"{label} = {_quoted(NOTHING_FITS['en'])}", ""]
    lines += [f"[descriptions.zh.{field}]", f"{label} = {_quoted(NOTHING_FITS['zh'])}", ""]
    lines += ["# For texts that are out of scope.", "[none_of_these]", f"label = {label}"]
    if none_of_these.threshold is not None:
        lines += [
            "# The answer as well where no label is at least so probable.",
            f"threshold = {none_of_these.threshold}",
        ]
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """A TOML string: JSON's but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
