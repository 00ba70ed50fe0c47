"""What a file is shows by its content: packed or not, whatever its name says."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from fewsight.errors import InputError
from fewsight.tables import open_histories
from fewsight.tables.mapping import ColumnMapping

ROWS = [
    {"customer_id": "C1", "created_at": "2024-01-05T10:00:00Z", "message": "late again"},
    {"customer_id": "C2", "created_at": "2024-01-06T10:00:00Z", "message": "all good, 谢谢"},
]
CSV = "customer_id,created_at,message\n" + "".join(",".join(f'"{v}"' for v in row.values()) + "\n" for row in ROWS)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def texts(path: Path) -> list[tuple[str, str | None]]:
    with open_histories(path) as histories:
        assert histories.counts.quarantined == 0
        return [(history.customer_id, event.text) for history in histories for event in history.events]


WANTED = [("C1", "late again"), ("C2", "all good, 谢谢")]


@pytest.mark.parametrize("name", ["t.csv", "t.txt", "t", "T.CSV", "t.csv.gz", "t.dat"])
@pytest.mark.parametrize("packing", ["", "gzip", "bz2", "xz", "zip"])
def test_a_csv_is_read_whatever_its_name_says(tmp_path: Path, name: str, packing: str) -> None:
    content = CSV.encode()
    packed = {
        "": content,
        "gzip": gzip.compress(content),
        "bz2": bz2.compress(content),
        "xz": lzma.compress(content),
        "zip": zipped({"t.csv": content}),
    }
    (tmp_path / name).write_bytes(packed[packing])
    assert texts(tmp_path / name) == WANTED


def test_zstandard_is_read(tmp_path: Path) -> None:
    with pa.CompressedOutputStream(str(tmp_path / "t.csv.zst"), "zstd") as out:
        out.write(CSV.encode())
    assert texts(tmp_path / "t.csv.zst") == WANTED


def lines(rows: list[dict[str, str]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "content",
    [
        lines(ROWS),
        "\ufeff" + lines(ROWS),
        json.dumps(ROWS),
        json.dumps(ROWS, indent=1),
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
        json.dumps({"count": 2, "next": None, "tickets": ROWS}),
        json.dumps({"data": ROWS}, indent=2),
        json.dumps({"status": "ok", "result": {"total": 2, "items": ROWS}}, indent=2),
        json.dumps({"data": {"orders": {"edges": [{"cursor": "x", "node": row} for row in ROWS]}}}),
        "".join(json.dumps({"page": n, "items": [row]}) + "\n" for n, row in enumerate(ROWS)),
        json.dumps(ROWS[:1]) + "\n" + json.dumps(ROWS[1:]),
        "[\n" + ",\n".join(json.dumps(row) for row in ROWS) + "\n]\n",
    ],
)
@pytest.mark.parametrize("name", ["t.json", "t.jsonl", "t.csv", "t"])
def test_json_is_read_however_it_is_laid_out(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert texts(tmp_path / name) == WANTED


def test_a_row_with_a_list_of_objects_is_no_wrapper(tmp_path: Path) -> None:
    row = {"id": "C1", "created_at": "2024-01-05T10:00:00Z", "message": "x", "items": [{"sku": "a"}, {"sku": "b"}]}
    (tmp_path / "t.json").write_text(json.dumps(row))
    with open_histories(tmp_path / "t.json") as histories:
        assert histories.counts.events == 1


def test_a_long_array_is_read_in_pieces_and_a_broken_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fewsight.tables.sources.json._PIECE", 64)
    many = [{"customer_id": f"C{n % 7}", "text": "x" * (n % 300)} for n in range(500)]
    (tmp_path / "t.json").write_text(json.dumps(many))
    with open_histories(tmp_path / "t.json") as histories:
        assert histories.counts.events == 500
    (tmp_path / "t.json").write_text(json.dumps(many)[:-40])
    with pytest.raises(InputError, match=r"no JSON after 49\d values .* Is it cut off\?"):
        open_histories(tmp_path / "t.json")


def workbook(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if rows and rows[0][0] == "Report":
            sheet.merge_cells("A1:C1")
    book.save(path)
    return path


TABLE: list[list[object]] = [
    ["customer_id", "date", "message"],
    [4711, "2024-01-05", "late"],
    ["007", "2024-01-06", "ok"],
]


@pytest.mark.parametrize("name", ["t.xlsx", "t.csv", "t"])
def test_a_workbook_is_read(tmp_path: Path, name: str) -> None:
    workbook(tmp_path / "t.xlsx", Data=TABLE, Empty=[]).rename(tmp_path / name)
    assert texts(tmp_path / name) == [("4711", "late"), ("007", "ok")]


def test_whole_numbers_of_a_sheet_are_whole(tmp_path: Path) -> None:
    rows: list[list[object]] = [["customer_id", "text", "seats", "rate", "long"], [1, "late", 3, 2.5, 2.0**60]]
    mapping = ColumnMapping({"customer_id": "customer_id", "text": "text"})
    with open_histories(workbook(tmp_path / "t.xlsx", Data=rows), mapping=mapping) as histories:
        told = next(iter(histories)).events[0].attributes
        assert told == {"seats": 3, "rate": 2.5, "long": 2.0**60}
        assert [type(value) for value in told.values()] == [int, float, float]


def test_titles_above_a_sheets_header_are_skipped_and_lines_are_those_of_the_sheet(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Report"], ["by support"], [], *TABLE, [None, None, None], ["C3", "soon", "x"]]
    with open_histories(workbook(tmp_path / "t.xlsx", Data=rows), quarantine=tmp_path / "q.jsonl") as histories:
        assert histories.counts.events == 2
        assert "3 rows above the header are no rows: 'Report', 'by support'" in histories.mapping.notes
    assert json.loads((tmp_path / "q.jsonl").read_text())["line"] == 8


def test_several_sheets_are_named_and_one_can_be_chosen(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", May=TABLE, June=TABLE[:2])
    with pytest.raises(InputError, match=r"several sheets with rows: 'May', 'June'\. Name one: '.*t\.xlsx/May'"):
        open_histories(path)
    assert texts(path / "June") == [("4711", "late")]
    with pytest.raises(InputError, match=r"no sheet 'Jun'\. Did you mean 'June'"):
        open_histories(path / "Jun")


def test_several_files_of_an_archive_are_named_and_one_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    path.write_bytes(zipped({"may.csv": CSV.encode(), "sub/june.csv": CSV.encode()[:-1], "__MACOSX/x.csv": b"x"}))
    with pytest.raises(
        InputError, match=r"holds 2 files: 'may.csv', 'sub/june.csv'. Name one, such as '.*t\.zip/may\.csv'"
    ):
        open_histories(path)
    assert texts(path / "sub" / "june.csv") == WANTED
    with pytest.raises(InputError, match=r"holds no 'mai\.csv'"):
        open_histories(path / "mai.csv")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.xls", b"<html><table><tr><td>customer_id</td></tr></table></html>", "is HTML or XML"),
        ("t.csv", b"SQLite format 3\0", "is a SQLite database; name it as sqlite:///"),
        ("t.csv", b"%PDF-1.7", "is a PDF"),
        ("t.bin", bytes(range(1, 32)) * 9, "Can't tell what"),
        ("t.xlsx", b"PK\x03\x04 broken", "Can't read|can't be read"),
        ("t.zip", zipped({}), "holds no file"),
        ("t.csv.gz", gzip.compress(b""), "is empty"),
        ("t.csv.gz", gzip.compress(bz2.compress(b"x")), r"packed twice \(bzip2 inside\)"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        open_histories(tmp_path / name)
