"""Whatever a table holds, every row is counted, and the order of rows does not matter."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fewsight.events import CustomerHistory
from fewsight.tables import ColumnMapping, open_histories

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MAPPING = ColumnMapping({"customer_id": "customer_id", "time": "time", "text": "text", "event_id": "event_id"})
HEADER = b"customer_id,time,text,event_id\n"

cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["a", "b", "2024-01-01", "2024-13-01", '"', '""', 'x"y', "\0", "1", "", "\r", "\n", ",", "喂"]),
)
junk = st.lists(st.one_of(st.binary(max_size=30), cells.map(lambda c: c.encode("utf-8", "surrogatepass"))), max_size=40)


def adds_up(path: Path) -> tuple[int, int]:
    notes = path.parent / "q.jsonl"
    with open_histories(path, mapping=MAPPING, quarantine=notes) as histories:
        counts, found = histories.counts, list(histories)
    assert counts.rows == counts.events + counts.quarantined + counts.duplicates
    assert notes.read_text(encoding="utf-8").count("\n") == counts.quarantined + counts.duplicates
    assert sum(len(history.events) for history in found) == counts.events
    assert len({history.customer_id for history in found}) == len(found) == counts.customers
    return counts.rows, counts.events


@QUICK
@given(junk, st.sampled_from([b"\n", b",", b"\r\n", b'"', b""]))
def test_junk_in_csv_never_aborts_and_always_adds_up(tmp_path: Path, pieces: list[bytes], glue: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(HEADER + b"a,2024-01-01,first,e1\n" + glue.join(pieces) + b"\nz,2024-01-01,last,e2\n")
    rows, events = adds_up(path)
    assert rows >= 1
    assert events >= 1


@QUICK
@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=4, max_size=4), max_size=15))
def test_every_row_of_a_proper_csv_is_counted_once(tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "t.csv"
    table = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)
    path.write_bytes(HEADER + table.encode() + b"a,2024-01-01,last,\n")
    assert adds_up(path)[0] == len(rows) + 1


objects = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
rows_of_json = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(MAPPING.columns.values(), objects | cells) | {"x": objects}
)


@QUICK
@given(st.lists(rows_of_json | objects | st.binary(max_size=20), max_size=15))
def test_junk_in_jsonl_never_aborts_and_always_adds_up(tmp_path: Path, lines: list[Any]) -> None:
    path = tmp_path / "t.jsonl"
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    first = b'{"customer_id": "a", "time": "2024-01-01", "text": "x", "event_id": "e"}\n'
    path.write_bytes(first + b"\n".join(line.replace(b"\n", b"") for line in raw))
    filled = sum(1 for line in raw if line.replace(b"\n", b"").decode("utf-8", "replace").strip())
    rows, events = adds_up(path)
    assert rows == filled + 1
    assert events >= 1


def test_a_row_that_looks_like_rows_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"customer_id": "a", "time": "2024-01-01", "text": "x", "event_id": "e"}\n{"x": [{}, {}]}\n')
    assert adds_up(path)[0] == 2


@QUICK
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_any_order_of_rows_gives_the_same_histories(tmp_path: Path, seed: int, size: int) -> None:
    rng = random.Random(seed)
    # each event has a time of its own: equal times keep the order of the table, which is what changes here
    rows = [f"c{rng.randrange(5)},2024-01-01T10:{at // 60:02}:{at % 60:02}Z,text {at},e{at}\n" for at in range(size)]
    wanted = load(tmp_path, rows)
    rng.shuffle(rows)
    assert load(tmp_path, rows) == wanted


def load(folder: Path, rows: list[str]) -> dict[str, CustomerHistory]:
    (folder / "t.csv").write_text(HEADER.decode() + "".join(rows), encoding="utf-8")
    with open_histories(folder / "t.csv") as histories:
        return {history.customer_id: history for history in histories}


@pytest.mark.parametrize("lines", [30_000])
def test_stray_quotes_in_every_line_do_not_take_forever(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(HEADER + b'z","y\n' * lines + b"a,2024-01-01,last,e\n")
    rows, events = adds_up(path)
    assert (rows, events) == (lines + 1, 1)
