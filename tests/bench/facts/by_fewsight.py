"""All facts of so many customers, written to Parquet."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from fewsight.customer_facts import open_facts
from fewsight.customer_facts.writing import write_facts
from fewsight.tables import ColumnMapping, Counts, Histories
from fewsight.tables.loading import Loaded
from fewsight.tables.store import Store
from tests.bench.facts.events import EVENTS, told


def main(customers: int) -> None:
    """Fill a store, then measure."""
    store = Store("1GB")
    try:
        staged = store.folder / "staged-0.parquet"
        with duckdb.connect(config={"memory_limit": "500MB", "threads": 1}) as connection:
            connection.sql(EVENTS, params={"customers": customers}).write_parquet(str(staged))
        # as if the rows had come through `add`, which takes hours for so many
        store._staged, store._count = [staged], 20 * customers
        store._flush = lambda last=False: None  # type: ignore[method-assign]
        store.sort()
        newest = datetime(2025, 1, 1, tzinfo=UTC)
        loaded = Loaded(store, (), None, (), Counts(), newest, "")
        histories = Histories(ColumnMapping(), Counts(), newest, "", {}, loaded)
        begun, cpu = time.time(), time.process_time()
        with open_facts(histories) as table:
            write_facts(table, Path(store.folder) / "facts.parquet")
        print(told(begun, cpu))
    finally:
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
