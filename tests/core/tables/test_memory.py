"""Tables that are too large or too wide for the memory that is set aside: they are read all the same, each row once."""

import random
import string
from pathlib import Path

import pytest

from fewsight.tables import open_histories

NARROW, WIDE, WIDTH = 3_000, 2_100, 20_000


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Short texts, then more long ones than are read at once within the usual memory; no two are equal."""
    chance = random.Random(1)
    letters = "".join(chance.choices(string.ascii_letters, k=2 * WIDTH))
    lines = [f"{number},{letters[number : number + 20]}" for number in range(NARROW)]
    lines += [f"{NARROW + number},{letters[number * 9 : number * 9 + WIDTH]}" for number in range(WIDE)]
    path = tmp_path_factory.mktemp("wide") / "t.csv"
    path.write_text("\n".join(["customer_id,text", *lines]), encoding="utf-8")
    return path


def test_rows_too_wide_for_the_usual_memory_are_read_once_each(wide: Path) -> None:
    with open_histories(wide) as histories:
        for _ in range(2):  # before and after more memory is taken
            found = [(history.customer_id, len(history.events[0].text or "")) for history in histories]
            assert found == [(str(number), 20 if number < NARROW else WIDTH) for number in range(NARROW + WIDE)]


def test_a_table_of_many_files_keeps_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fewsight.tables.store._ROWS", 10)
    monkeypatch.setattr("fewsight.tables.store._PIECES", 2)
    path = tmp_path / "t.csv"
    # Event ids of both customers repeat in the second half, which is in other files than the first.
    path.write_text("customer_id,event_id,text\n" + "".join(f"{n % 2},{n % 100},hello\n" for n in range(200)))
    with open_histories(path) as histories:
        assert (histories.counts.events, histories.counts.duplicates) == (100, 100)
        assert [[int(event.id) for event in history.events] for history in histories] == [
            list(range(0, 100, 2)),
            list(range(1, 100, 2)),
        ]
