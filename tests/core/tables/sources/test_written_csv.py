"""CSV as spreadsheets and databases of many countries write it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fewsight.tables import Histories, open_histories
from fewsight.tables.sources.dialect import find_dialect

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def load(path: Path, content: str, encoding: str = "utf-8") -> Histories:
    path.write_bytes(content.encode(encoding))
    return open_histories(path, quarantine=path.parent / "q.jsonl")


def rows(histories: Histories) -> list[tuple[str, str | None]]:
    with histories:
        return [(history.customer_id, event.text) for history in histories for event in history.events]


HEADER = "customer_id,created_at,message\n"
A, B = "C1,2024-01-05T10:00:00Z,late again\n", "C2,2024-01-05T11:00:00Z,good\n"
WANTED = [("C1", "late again"), ("C2", "good")]


@pytest.mark.parametrize(
    "content",
    [
        "sep=,\n" + HEADER + A + B,
        '"sep=,"\r\n' + HEADER + A + B,
        "sep=;\r\n" + (HEADER + A + B).replace(",", ";"),
        "Ticket report\nGenerated 2024-03-01\n\n" + HEADER + A + B,
        "Ticket report,,\n,,\n" + HEADER + A + B,
        "Customer,,\nMonthly export,,\n" + HEADER + A + B,
        '"Report, January"\n' + HEADER + A + B,
        HEADER + A.replace("\n", ",\n") + B.replace("\n", ",\n"),
        HEADER.replace("\n", ",\n") + A.replace("\n", ",\n") + B.replace("\n", ",\n"),
        (HEADER + A + B).replace("\n", "\r"),
        (HEADER + A + B).replace(",", ", ").replace("late again", '"late again"'),
        HEADER.replace("\n", ",rating,city\n") + A + B,
        "\n\n" + HEADER + A + B,
    ],
)
def test_layouts(tmp_path: Path, content: str) -> None:
    assert rows(load(tmp_path / "t.csv", content)) == WANTED


def test_lines_above_the_header_are_said_and_counted(tmp_path: Path) -> None:
    with load(tmp_path / "t.csv", "Ticket report\n\n" + HEADER + A + "C3,soon,x\n") as histories:
        assert "2 lines above the header are no rows: 'Ticket report'" in histories.mapping.notes
    assert '"line": 5' in (tmp_path / "q.jsonl").read_text()


def test_lines_above_a_header_with_repeated_names(tmp_path: Path) -> None:
    content = "Tickets\nJanuary\n\ncustomer_id;time;text;Comment;Comment\nA;2024-01-02;hi;x;y\n"
    with load(tmp_path / "t.csv", content) as histories:
        assert histories.mapping.attributes == ("Comment", "Comment 2")
        assert "3 lines above the header are no rows: 'Tickets', 'January'" in histories.mapping.notes


def test_a_footer_costs_its_lines_alone(tmp_path: Path) -> None:
    with load(tmp_path / "t.csv", HEADER + A + B + '\n\n"Open cases"\n"Copyright (c), all rights"\n') as histories:
        assert (histories.counts.events, histories.counts.quarantined) == (2, 2)


@pytest.mark.parametrize("content", ["text\nhello, world\nbye, all\n", "Review\n\nGood, but dear\nNice, cheap\n"])
def test_a_single_column_of_prose_is_not_split(tmp_path: Path, content: str) -> None:
    assert len(rows(load(tmp_path / "t.csv", content))) == 2


def test_backslashes_before_quotes(tmp_path: Path) -> None:
    content = (
        HEADER + '"C1","2024-01-05T10:00:00Z","She said \\"no\\",\\ntwice"\n"C2","2024-01-05T10:00:00Z","C:\\\\temp"\n'
    )
    content += '\\N,"2024-01-05T10:00:00Z","x"\n'
    with load(tmp_path / "t.csv", content) as histories:
        assert histories.counts.quarantined == 1
        assert [event.text for history in histories for event in history.events] == [
            'She said "no",\ntwice',
            "C:\\temp",
        ]
    assert "no customer id" in (tmp_path / "q.jsonl").read_text()


def test_short_rows_need_what_every_row_needs(tmp_path: Path) -> None:
    with load(tmp_path / "t.csv", HEADER.replace("\n", ",city\n") + A + "C2,2024-01-05\n" + "late\n") as histories:
        assert (histories.counts.events, histories.counts.quarantined) == (1, 2)
    assert (tmp_path / "q.jsonl").read_text().count("cells where the header has 4") == 2


GERMAN = "customer_id;Größe;text\nC1;M;Die Kaffeemühle ist kaputt\nC2;L;Schöne Grüße – für 5 €\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    assert rows(load(tmp_path / "t.csv", GERMAN, encoding)) == [
        ("C1", "Die Kaffeemühle ist kaputt"),
        ("C2", "Schöne Grüße – für 5 €"),
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Où est ma commande ? Ça fait déjà 10 jours"),
        ("latin-1", "El pañuelo llegó roto, ¿qué hago?"),
        ("cp1251", "Где мой заказ? Верните деньги"),
        ("cp932", "荷物がまだ届きません。返金してください"),
        ("cp1250", "Późniejsza przesyłka, złoty kubek i żółty talerz"),
    ],
)
def test_encodings_that_only_letters_tell_are_said(tmp_path: Path, encoding: str, text: str) -> None:
    with load(tmp_path / "t.csv", f"customer_id,text\nC1,{text}\n".replace(f",{text}", f',"{text}"'), encoding) as one:
        assert next(iter(one)).events[0].text == text
        assert any("is no UTF-8 and is read as " in note for note in one.mapping.notes)


def test_a_damaged_character_far_above_others_leaves_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    good = "".join(f"C{n},größer und schöner\n" for n in range(60_000))
    path.write_bytes(b"customer_id,text\nC0,caf\xe9\n" + good.encode())
    with open_histories(path) as histories:
        assert (histories.counts.events, histories.counts.quarantined) == (60_000, 1)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=12)


@QUICK
@given(
    st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=12),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_a_writer_quotes_is_read_back(table: list[list[str]], delimiter: str, end: str, all_quoted: bool) -> None:
    out = io.StringIO()
    style: type[csv.Dialect] = csv.unix_dialect if all_quoted else csv.excel
    writer = csv.writer(out, style, delimiter=delimiter, lineterminator=end)
    writer.writerows([["customer_id", "text", "city"], *table])
    lines = out.getvalue().splitlines(keepends=True)
    dialect = find_dialect(lines)
    assert dialect.delimiter == delimiter
    assert dialect.skipped == 0
