"""The store as a SQLite file, built from the data set's db.json.gz, and how two of them are compared."""

import gzip
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from fewsight.agents.copilot.policy import PolicyText, read_policy
from fewsight.agents.copilot.store import Store
from fewsight.agents.copilot.tools import Tool
from tests.bench.retail import tools, writes

TABLES: Final = ("users", "orders", "products")
TOOLS: Final = tuple(value for module in (tools, writes) for value in vars(module).values() if isinstance(value, Tool))


def build(data: Path, database: Path) -> None:
    """Write users, orders and products of `data`/db.json.gz into a new SQLite file."""
    with gzip.open(data / "db.json.gz", "rt", encoding="utf-8") as file:
        content = json.load(file)
    connection = sqlite3.connect(database)
    for table in TABLES:
        connection.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT")
        rows = ((key, json.dumps(body, sort_keys=True)) for key, body in content[table].items())
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
    connection.commit()
    connection.close()


def policy() -> PolicyText:
    """The policy beside this file."""
    return read_policy(Path(__file__).with_name("policy.toml"))


def fresh(template: Path, place: Path) -> Store:
    """A copy of a built store, opened at `place`."""
    for path in place.parent.glob(place.name + "*"):
        path.unlink()
    shutil.copyfile(template, place)
    store = Store(place, tools.read_state)
    store.database.execute("PRAGMA synchronous = OFF")  # it is thrown away after one task
    return store


def content(store: Store) -> dict[str, str]:
    """All users and orders, as they are now."""
    return {
        f"{table}/{key}": body
        for table in ("users", "orders")
        for key, body in store.database.execute(f"SELECT id, body FROM {table}")
    }
