"""Small files that become large ones meet a limit, which is named and can be raised."""

import gzip
import json
import resource
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fewsight.errors import InputError
from fewsight.tables import open_histories
from fewsight.tables.sources.limits import Limits, in_bytes, shown

HEADER = b"customer_id,text\na,hello\n"


def test_amounts() -> None:
    assert [in_bytes(amount) for amount in ("1GB", "1.5 MB", "2KiB")] == [10**9, 1_500_000, 2_000]
    assert Limits().unpacked_bytes(10**8) == 10**10
    assert Limits().unpacked_bytes(10) == 10**9
    assert Limits(unpacked="1MB").unpacked_bytes(10**8) == 10**6
    assert [shown(size) for size in (12, 1_500, 2_500_000_000)] == ["12 bytes", "1.5 KB", "2.5 GB"]
    with pytest.raises(InputError, match="unpack_limit='much'"):
        Limits(unpacked="much")


@pytest.mark.parametrize("packing", ["gzip", "zip", "zstd"])
def test_a_packed_file_may_hold_so_much(tmp_path: Path, packing: str) -> None:
    path, content = tmp_path / "t.csv", HEADER + b"\n" * 3_000_000
    if packing == "gzip":
        path.write_bytes(gzip.compress(content))
    elif packing == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("t.csv", content)
    else:
        with pa.CompressedOutputStream(str(path), "zstd") as out:
            out.write(content)
    with pytest.raises(InputError, match=r"unpacks to more than 1 MB.*unpack_limit="):
        open_histories(path, unpack_limit="1MB")
    with open_histories(path, unpack_limit="4MB") as histories:
        assert histories.counts.events == 1


def test_a_line_without_an_end_is_one_bad_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fewsight.tables.sources.lines.LONGEST_RECORD", 1_000)
    (tmp_path / "t.csv").write_bytes(HEADER + b"b," + b"x" * 5_000 + b"\nc,ok\n")
    with open_histories(tmp_path / "t.csv", quarantine=tmp_path / "q.jsonl") as histories:
        assert (histories.counts.events, histories.counts.quarantined) == (2, 1)
    note = json.loads((tmp_path / "q.jsonl").read_text())
    assert (note["line"], note["reason"]) == (3, "not readable as CSV: a line of more than 1,000 characters")


def test_equal_texts_of_parquet_are_held_once(tmp_path: Path) -> None:
    text = "x" * 1_000_000
    table = pa.table({"customer_id": ["a"] * 4_000, "text": pa.DictionaryArray.from_arrays([0] * 4_000, [text])})
    pq.write_table(table, tmp_path / "t.parquet")  # 4 GB of text in a small file
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open_histories(tmp_path / "t.parquet") as histories:
        assert histories.counts.events == 4_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000  # kilobytes


def test_a_row_group_of_parquet_must_fit(tmp_path: Path) -> None:
    texts = [f"{number}" * 2_000 for number in range(1_000)]
    pq.write_table(pa.table({"customer_id": ["a"] * 1_000, "text": texts}), tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"row group 1 takes .* more than memory_limit='1MB'"):
        open_histories(tmp_path / "t.parquet", memory_limit="1MB")
    lists = pa.table({"customer_id": ["a"], "text": ["x"], "numbers": [[0] * 1_000_000]})
    pq.write_table(lists, tmp_path / "t.parquet")  # a few bytes: all are equal
    assert (tmp_path / "t.parquet").stat().st_size < 10_000
    with pytest.raises(InputError, match="memory_limit"):
        open_histories(tmp_path / "t.parquet", memory_limit="10MB")


def test_a_workbook_and_a_json_document_must_fit(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for number in range(5_000):
        book.active.append([f"c{number % 9}", "the same again"])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(InputError, match=r"more than memory_limit='500KB' \(--memory-limit\)"):
        open_histories(tmp_path / "t.xlsx", memory_limit="500KB")
    (tmp_path / "t.json").write_text(
        json.dumps({"data": [{"customer_id": "a", "text": "x" * 1_000}] * 9_000}, indent=1)
    )
    with pytest.raises(InputError, match="larger than memory_limit allows"):
        open_histories(tmp_path / "t.json", memory_limit="2MB")
