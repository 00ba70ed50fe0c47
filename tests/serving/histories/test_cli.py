"""`fewsight histories` as a user runs it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fewsight.errors import InputError, NothingUsableError
from fewsight.serving.histories.cli import histories

TABLE = """ticket_id,customer_id,created_at,author,body
T1,C1,2024-03-01T09:00:00Z,customer,Where is my parcel? Mail me at ann@example.org
T1,C1,2024-03-01T10:00:00Z,agent,We will check
T1,C1,never,customer,Cancel it
T2,C2,2024-03-02T09:00:00Z,customer,All fine
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(histories, [str(word) for word in words])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "t.csv"


def test_a_table_is_shown_with_reasons_and_histories(table: Path) -> None:
    result = run(table)
    assert result.exit_code == 0, result.output
    for part in (
        "customer_id  'customer_id'  (by its name)",
        "author       'author'  (its values are words for customers and for the firm)",
        "The model sees 'created_at', 'body', 'ticket_id'",
        "'ticket_id' repeats in rows that differ",
        "4 rows = 3 events + 1 quarantined + 0 duplicates; 2 customers.",
        "left out: 1 x not a time",
        "(column 'created_at', first on line 4: 'never')",
        "C1 (2 events)",
        'E1 2024-03-01 message: ticket_id [ORDER_1] "Where is my parcel? Mail me at [EMAIL_1]"',
        'E2 2024-03-01 agent reply: ticket_id [ORDER_1] "We will check"',
    ):
        assert part in result.output
    assert "ann@example.org" in run(table, "--no-mask", "--customer", "C1").output
    assert "C2" not in run(table, "--customers", 1).output


def test_the_written_mapping_reads_the_table_alike(table: Path, tmp_path: Path) -> None:
    first = run(table, "--write-mapping", tmp_path / "map.toml")
    again = run(table, "--mapping", tmp_path / "map.toml")
    assert first.output.split("\n\n")[1:] == again.output.split("\n\n")[1:]
    assert "(mapping given)" in again.output
    second = run(table, "--write-mapping", tmp_path / "map.toml")
    assert isinstance(second.exception, InputError)
    assert "exists; name another file" in str(second.exception)


def test_a_table_without_a_usable_row_is_an_error_that_says_why(tmp_path: Path) -> None:
    rows = "".join(f",2024-03-0{at}T09:00:00Z,hello there\n" for at in (1, 2, 3))
    (tmp_path / "t.csv").write_text(f"customer_id,created_at,body\n{rows}", encoding="utf-8")
    result = run(tmp_path / "t.csv", "--quarantine", tmp_path / "bad.jsonl")
    assert isinstance(result.exception, NothingUsableError)
    assert result.exception.exit_code == 1
    assert "the commonest reason, 3 times: column 'customer_id': no customer id" in str(result.exception)
    assert "left out: 3 x no customer id" in result.output
    assert (tmp_path / "bad.jsonl").read_text().count("\n") == 3
