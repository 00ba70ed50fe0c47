"""Histories from databases: SQLite always, PostgreSQL on loopback where its programs are installed."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fewsight.errors import InputError
from fewsight.tables import open_histories
from fewsight.tables.sources.sql import check_reads

pytest.importorskip("sqlalchemy", reason="SQL needs the extra: pip install 'fewsight[sql]'")

ROWS = [
    ("b", "2024-03-02T10:00:00Z", "second"),
    ("a", "2024-03-01T10:00:00Z", "one"),
    ("b", "2024-03-01T10:00:00Z", "first"),
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE messages (customer_id, time, text)")
        connection.executemany("INSERT INTO messages VALUES (?, ?, ?)", ROWS)
    connection.close()
    return path


@pytest.mark.parametrize("query", [None, "messages", "SELECT * FROM messages ORDER BY rowid"])
def test_sqlite(database: Path, query: str | None) -> None:
    with open_histories(f"sqlite:///{database}", query=query) as histories:
        assert [[event.text for event in history.events] for history in histories] == [["first", "second"], ["one"]]
        digest = histories.digest
    with open_histories(f"sqlite:///{database}", query="SELECT * FROM messages WHERE customer_id = 'a'") as histories:
        assert histories.digest != digest


def test_a_text_that_does_not_decode_costs_its_row_alone(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("INSERT INTO messages VALUES ('c', '2024-01-01', CAST(x'636166e9' AS TEXT))")
    connection.close()
    with open_histories(f"sqlite:///{database}") as histories:
        assert (histories.counts.events, histories.counts.quarantined) == (3, 1)


def test_what_a_database_can_refuse(database: Path) -> None:
    with pytest.raises(InputError, match="No SQLite database"):
        open_histories("sqlite:///missing.db")
    with pytest.raises(InputError, match=r"no table 'mesages'\. Did you mean 'messages'"):
        open_histories(f"sqlite:///{database}", query="mesages")
    with pytest.raises(InputError, match="the query failed"):
        open_histories(f"sqlite:///{database}", query="SELECT x FROM messages")
    with pytest.raises(InputError, match="Not a database URL"):
        open_histories("nosuch://x")
    with pytest.raises(InputError) as caught:
        open_histories("postgresql://me:secret@127.0.0.1:1/shop", query="SELECT 1")
    assert "Can't connect" in str(caught.value)
    assert "secret" not in str(caught.value)


WRITES = [
    "DROP TABLE messages",
    "SELECT 1 AS customer_id; DROP TABLE messages",
    "SELECT 1 AS customer_id; /* ; */ DELETE FROM messages",
    "WITH x AS (SELECT 1) DELETE FROM messages",
    "-- SELECT\nUPDATE messages SET text = 'x'",
    "/* SELECT */ INSERT INTO messages SELECT * FROM messages",
    "PRAGMA query_only = OFF",
    "CREATE TABLE copy AS SELECT * FROM messages",
    "COMMIT",
]


@pytest.mark.parametrize("query", WRITES)
def test_a_query_that_does_more_than_read_is_refused(database: Path, query: str) -> None:
    before = database.read_bytes()
    with pytest.raises(InputError):
        open_histories(f"sqlite:///{database}", query=query)
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM messages;",
        "  (select * from messages) ",
        "WITH x AS (SELECT * FROM messages) SELECT * FROM x -- drop; table",
        "SELECT customer_id, time, text || '; DROP TABLE messages' AS text FROM messages",
        '/* why */ SELECT customer_id, time, "text" FROM messages',
    ],
)
def test_a_query_that_reads_may_hold_any_text(database: Path, query: str) -> None:
    if query.strip().startswith("("):  # SQLite knows no brackets around a statement, but others do
        assert check_reads(query) == query
        return
    with open_histories(f"sqlite:///{database}", query=query) as histories:
        assert histories.counts.events == 3


def test_a_connection_itself_refuses_to_write(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fewsight.tables.sources.sql.check_reads", str)
    for query in WRITES[:1] + WRITES[3:4]:
        with pytest.raises(InputError, match="readonly"):
            open_histories(f"sqlite:///{database}", query=query)
    with open_histories(f"sqlite:///{database}") as histories:
        assert histories.counts.events == 3


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(InputError, match=r"pip install 'fewsight\[sql\]'"):
        open_histories("sqlite:///x.db")


def programs() -> Path | None:
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return folders[0] if folders else None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of its own on a free loopback port; it refuses to run as root, so then as `postgres`."""
    pytest.importorskip("psycopg", reason="PostgreSQL needs the extra: pip install 'fewsight[sql]'")
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    user = "postgres" if os.geteuid() == 0 else None
    # its socket's path must be short, and its user must be able to reach the folder
    data = Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    if user:
        shutil.chown(data, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off"
    control = [str(folder / "pg_ctl"), "-D", str(data / "db"), "-w", "-l", str(data / "log")]

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, capture_output=True, cwd=data, timeout=120)

    run(str(folder / "initdb"), "-D", str(data / "db"), "-A", "trust", "-U", "shop", "--no-sync", "-E", "UTF8")
    try:
        run(*control, "-o", options, "start")
        yield f"postgresql://shop@127.0.0.1:{port}/postgres"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(data, ignore_errors=True)


def test_postgresql_streams_a_table_and_a_query(server: str) -> None:
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute(
            "CREATE TABLE orders AS SELECT 'c' || n % 1000 AS customer_id, n AS order_id, "
            "timestamptz '2024-01-01 00:00+00' + n * interval '1 minute' AS created_at, "
            "(n % 90)::numeric(10,2) AS amount, "
            "'EUR' AS currency, jsonb_build_object('store', n % 7) AS extra FROM generate_series(1, 20000) AS n"
        )
    with open_histories(server, query="orders") as histories:
        assert histories.counts.rows == histories.counts.events == 20_000
        assert len(histories) == 1000
        event = histories.get("c1").events[-1]
        assert (event.id, event.amount, event.currency) == ("19001", 1100, "EUR")
        assert event.attributes == {"extra": '{"store": 3}'}
    with open_histories(server, query="SELECT customer_id::text, '100 %, :x' AS text FROM orders LIMIT 5") as histories:
        assert histories.counts.events == 5
        assert next(iter(histories)).events[0].text == "100 %, :x"


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE kept",
        "SELECT 1; DROP TABLE kept",
        "COMMIT; DROP TABLE kept",
        "WITH gone AS (DELETE FROM kept RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copy FROM kept",
        "SELECT set_config('transaction_read_only', 'off', false), nextval('counter')",
    ],
)
def test_postgresql_only_reads(server: str, query: str, checked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept AS SELECT 'a' AS customer_id, 'x' AS text")
        connection.execute("CREATE SEQUENCE IF NOT EXISTS counter")
    if not checked:  # the connection must hold alone
        monkeypatch.setattr("fewsight.tables.sources.sql.check_reads", str)
    with pytest.raises(InputError):
        open_histories(server, query=query)
    with open_histories(server, query="kept") as histories:
        assert histories.counts.events == 1
