"""Insights as files for other tools: Parquet and JSONL for programs, CSV and XLSX for spreadsheets.

JSONL holds `Insight.to_dict` as it is. Parquet, CSV, XLSX and DataFrames are flat: `answer`, `probabilities` and
`provenance` are JSON text; each single value of the answer has a column `answer.<field>` besides, and each closed field
with probabilities a column `probability.<field>` for the label that was chosen. Rows are streamed, so memory does not
grow with them; a file appears whole or not at all.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TextIO

from fewsight.answers import flatten
from fewsight.errors import InputError
from fewsight.export.tables import NESTED, Columns, flat, write_csv, write_parquet
from fewsight.export.workbook import write_workbook
from fewsight.files import replacing
from fewsight.insight import Insight

if TYPE_CHECKING:
    import pandas as pd

Format = Literal["parquet", "csv", "xlsx", "jsonl"]
FORMATS: Final[tuple[Format, ...]] = ("parquet", "csv", "xlsx", "jsonl")

Restore = Callable[[str, str], tuple[str, tuple[str, ...]]]
"""(customer id, masked text) -> (text, pseudonyms in it that are not this customer's)."""


class Exportable(Protocol):
    """An insight, or a version of one."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, those of an insight first."""


@dataclass(slots=True)
class Exported:
    """What was written: `rows`, and how many of them hold pseudonyms that are not their customer's."""

    rows: int = 0
    rows_with_unknown: int = 0
    columns: Columns = field(default_factory=Columns)


def export(insights: Iterable[Exportable], path: Path, form: Format, *, restore: Restore | None = None) -> Exported:
    """Write insights to `path`, one row each.

    With `restore`, texts of the answer get their values back, and a last column `unknown_pseudonyms` names those that
    are not this customer's and stayed; the file is then readable by its owner only (mode 0600).

    Raises:
        InputError: the file can't be written, or the answers have too many different fields for a flat table.
    """
    exported = Exported()
    try:
        with (
            replacing(path, private=restore is not None) as target,
            tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder,
        ):
            # The columns of a flat table are known only after the last row, and insights may come only once.
            spool = Path(folder) / "rows.jsonl"
            _write_lines(insights, target if form == "jsonl" else spool, exported, restore)
            if form == "csv":
                write_csv(_read_lines(spool), target, exported.columns)
            elif form == "parquet":
                write_parquet(_read_lines(spool), target, exported.columns)
            elif form == "xlsx":
                write_workbook(_read_lines(spool), target, exported.columns, Path(folder))
    except OSError as error:
        raise InputError(
            f"Can't write {str(path)!r}: {error.strerror or error}. Make room or name another file."
        ) from error
    return exported


def to_frame(insights: Iterable[Insight], *, nested: bool = True) -> "pd.DataFrame":
    """The rows of a Parquet export as a DataFrame: `as_of` is a timestamp (UTC), lists are lists.

    With `nested` the whole answer, all probabilities and the provenance stand there as mappings; without, lists of the
    answer have columns of their own like its single values.
    """
    import pandas as pd

    rows, columns, lists = [], Columns(), dict[str, None]()
    for insight in insights:
        row = insight.to_dict()
        columns.see(row)
        more = {} if nested else _lists(insight)
        lists.update(dict.fromkeys(more))
        rows.append(row | flat(row) | more | {"as_of": insight.as_of})
    names = [name for name in columns.names(lists) if nested or name not in NESTED]
    frame = pd.DataFrame(rows, columns=names)
    frame["as_of"] = pd.to_datetime(frame["as_of"], utc=True)
    return frame


def _lists(insight: Insight) -> dict[str, list[Any]]:
    """Lists of an answer by column; its evidence stands in a column of its own."""
    leaves = flatten(insight.answer or {}).items()
    return {
        f"answer.{path}": list(value)
        for path, value in leaves
        if isinstance(value, list | tuple) and path != "evidence"
    }


def restored(row: dict[str, Any], restore: Restore) -> dict[str, Any]:
    """A row with this customer's values in its texts, their own id, and `unknown_pseudonyms`."""
    unknown: dict[str, None] = {}

    def walk(value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(value, str):
            text, strange = restore(row["customer_id"], value)
            unknown.update(dict.fromkeys(strange))
            return text
        if isinstance(value, Mapping):
            return {name: walk(item) for name, item in value.items()}
        return [walk(item) for item in value] if isinstance(value, list | tuple) else value

    own_id, _ = restore(row["customer_id"], row["customer_id"])
    changed = {"customer_id": own_id, "answer": walk(row["answer"]), "error": walk(row["error"])}
    return row | changed | {"unknown_pseudonyms": list(unknown)}


def _write_lines(insights: Iterable[Exportable], path: Path, exported: Exported, restore: Restore | None) -> None:
    with _open(path, "w") as file:
        for insight in insights:
            row = insight.to_dict()
            if restore:
                row = restored(row, restore)
                exported.rows_with_unknown += bool(row["unknown_pseudonyms"])
            exported.columns.see(row)
            exported.rows += 1
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with _open(path, "r") as file:
        yield from map(json.loads, file)


def _open(path: Path, mode: Literal["r", "w"]) -> TextIO:
    # Half of a surrogate pair has no bytes in UTF-8, but its JSON escape has.
    return path.open(mode, encoding="utf-8", newline="\n", errors="backslashreplace" if mode == "w" else "strict")
