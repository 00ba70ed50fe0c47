"""Every CSV that is written is safe to open in a spreadsheet, and has one writer."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fewsight
from fewsight.export import CsvWriter

WRITERS = re.compile(r"csv\.(writer|DictWriter)\(|\.to_csv\(")
ALLOWED = {"export/spreadsheet.py", "shop/tables.py"}
"""The one writer, and the sample shop, whose words are our own."""


def written(*cells: Any) -> list[str]:
    file = io.StringIO(newline="")
    CsvWriter(file).writerow(cells)
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    return row


@pytest.mark.parametrize(
    "text",
    ["=HYPERLINK(1)", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a"],
)
def test_a_text_that_begins_like_a_formula_is_defused(text: str) -> None:
    assert written(text, "a") == ["'" + text, "a"]


@pytest.mark.parametrize("cell", [-3, 1e-7, -2.5, "-12.50", "+7", "42", "", None, "refund", "2024-05-01", "a=b"])
def test_numbers_and_plain_texts_stay(cell: Any) -> None:
    assert written(cell, "a") == ["" if cell is None else str(cell), "a"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=5))
def test_no_cell_that_is_read_back_begins_like_a_formula(cells: list[str]) -> None:
    for given_cell, cell in zip(cells, written(*cells), strict=True):
        assert cell in (given_cell, "'" + given_cell)
        assert not cell.startswith(tuple("=@\t\r\n＝＠"))


def test_no_other_module_writes_csv() -> None:
    room = Path(fewsight.__file__).parent
    users = {str(path.relative_to(room)) for path in room.rglob("*.py") if WRITERS.search(path.read_text("utf-8"))}
    assert users == ALLOWED
