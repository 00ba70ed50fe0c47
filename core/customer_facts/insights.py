"""Insights of a run as rows that SQL can count: one for each label of each closed field."""

import logging
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.answers import flatten, label_text
from fewsight.errors import InputError
from fewsight.insight import Insight
from fewsight.ledger import Ledger
from fewsight.masking import PSEUDONYMS, PseudonymFile
from fewsight.masking.customers import own_id
from fewsight.tables.values.times import to_microseconds

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 20_000
_STRANGERS: Final = """SELECT count(*) FILTER (customer_id NOT IN (SELECT customer_id FROM moments)), count(*)
    FROM (SELECT DISTINCT customer_id FROM fact_insights)"""
_LONGEST: Final = 100
"""Characters from which on a text of an answer is words, not a label."""


def load_insights(run: Path, connection: "duckdb.DuckDBPyConnection") -> None:
    """Make the table `fact_insights` (customer_id, field, label, moment in microseconds) of a run's folder.

    Only valid answers count, older versions of them too. A field whose values are longer texts or numbers has no label,
    and is left out.

    Raises:
        InputError: the ledger holds several arms or seeds.
        LedgerError: there is no ledger, or it is damaged.
    """
    import pyarrow as pa

    schema = pa.schema(
        [("customer_id", pa.string()), ("field", pa.string()), ("label", pa.string()), ("moment", pa.int64())]
    )
    connection.execute(
        "CREATE TEMP TABLE fact_insights (customer_id VARCHAR, field VARCHAR, label VARCHAR, moment BIGINT)"
    )
    some: list[dict[str, Any]] = []

    def flush() -> None:
        connection.register("more_insights", pa.Table.from_pylist(some, schema=schema))
        connection.execute("INSERT INTO fact_insights SELECT * FROM more_insights")
        connection.unregister("more_insights")
        some.clear()

    for row in _rows(run):
        some.append(row)
        if len(some) >= _AT_ONCE:
            flush()
    flush()
    _note_strangers(run, connection)


def _rows(run: Path) -> Iterator[dict[str, Any]]:
    with Ledger.open(run, read_only=True) as record:
        series = record.series()
        if len({(arm, seed) for _, arm, seed in series}) > 1:
            raise InputError(f"The ledger in {str(run)!r} holds several arms or seeds, {series[:8]}; name a plain run.")
        path = (run if run.is_dir() else run.parent) / PSEUDONYMS
        with PseudonymFile(path) if path.exists() else nullcontext() as known:
            for insight in _by_moment(record):
                yield from _labels(insight, own_id(insight.customer_id, known) if known else insight.customer_id)


def _by_moment(record: Ledger) -> Iterator[Insight]:
    """Every version of every insight, the newest one alone where several are of one moment."""
    versions = (version.insight for version in record.versions())
    for _, same in groupby(versions, key=lambda insight: (insight.customer_id, insight.task)):
        yield from {insight.as_of: insight for insight in same}.values()


def _labels(insight: Insight, customer_id: str) -> Iterator[dict[str, Any]]:
    if insight.status != "ok" or not insight.answer:
        return
    moment = None if insight.as_of is None else to_microseconds(insight.as_of)
    for path, value in flatten(insight.answer).items():
        if path == "evidence":
            continue
        field = f"{insight.task}.{path}"
        for label in dict.fromkeys(value if isinstance(value, list | tuple) else [value]):
            if isinstance(label, bool) or (isinstance(label, str) and len(label) <= _LONGEST):
                yield {"customer_id": customer_id, "field": field, "label": label_text(label), "moment": moment}


def _note_strangers(run: Path, connection: "duckdb.DuckDBPyConnection") -> None:
    strangers, customers = connection.execute(_STRANGERS).fetchall()[0]
    if strangers:
        logger.warning(
            "%s of %s customers in the ledger of %r are not in the table, and have no facts.",
            strangers,
            customers,
            str(run),
        )
