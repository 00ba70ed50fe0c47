"""The answers of a run beside the facts: one row for each customer, in a table of the facts' database."""

import json
import logging
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fewsight.agents.segments.table import Facts
from fewsight.errors import InputError, did_you_mean
from fewsight.insight import Insight
from fewsight.ledger import Ledger
from fewsight.masking import PSEUDONYMS, PseudonymFile
from fewsight.masking.customers import own_id

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 20_000
_COLUMNS: Final = "customer_id VARCHAR, status VARCHAR, body VARCHAR, as_of VARCHAR"


@dataclass(frozen=True, slots=True)
class Answered:
    """How many customers have a valid answer, a failed one, and how many of them the facts do not know.

    `as_of` is the newest moment of the answers as a day, `digest` changes with any of them. `adapter` is the run's, by
    its name.
    """

    valid: int
    failed: int
    strangers: int
    as_of: str
    digest: str
    adapter: str | None


def load_answers(run: Path, task: str, facts: Facts) -> Answered:
    """Put the table `answers` (customer_id, status, body as JSON, as_of) beside the facts.

    Of several moments of a customer the newest counts.

    Raises:
        InputError: the ledger holds several arms or seeds, or nothing of this task.
        LedgerError: there is no ledger, or it is damaged.
    """
    import pyarrow as pa

    connection = facts.connection
    connection.execute(f"CREATE TABLE all_answers ({_COLUMNS})")
    some: list[tuple[str, str, str, str]] = []

    def flush() -> None:
        names = ("customer_id", "status", "body", "as_of")
        columns = zip(*some, strict=True) if some else ([] for _ in names)
        table = pa.table({name: pa.array(list(of), pa.string()) for name, of in zip(names, columns, strict=True)})
        connection.register("more", table)
        connection.execute("INSERT INTO all_answers SELECT * FROM more").fetchall()
        connection.unregister("more")
        some.clear()

    for row in _rows(run, task):
        some.append(row)
        if len(some) >= _AT_ONCE:
            flush()
    flush()
    connection.execute(
        "CREATE TABLE answers AS SELECT customer_id, arg_max(status, as_of) AS status, arg_max(body, as_of) AS body, "
        "max(as_of) AS as_of FROM all_answers GROUP BY customer_id"
    ).fetchall()
    return _answered(facts, run, task)


def _rows(run: Path, task: str) -> Iterator[tuple[str, str, str, str]]:
    with Ledger.open(run, read_only=True) as ledger:
        series = ledger.series()
        if len({(arm, seed) for _, arm, seed in series}) > 1:
            raise InputError(f"The ledger in {str(run)!r} holds several arms or seeds, {series[:8]}; name a plain run.")
        path = (run if run.is_dir() else run.parent) / PSEUDONYMS
        with PseudonymFile(path) if path.exists() else nullcontext() as known:
            count = 0
            for insight in ledger.insights(task=task):
                count += 1
                own = own_id(insight.customer_id, known) if known else insight.customer_id
                yield own, insight.status, _body(insight), insight.as_of.isoformat() if insight.as_of else ""
            if not count:
                tasks = sorted({insight.task for insight in ledger.insights()})
                words = did_you_mean(task, tasks) or " It holds no answer at all."
                raise InputError(f"The run in {str(run)!r} has no answer of the task {task!r}.{words}")


def _body(insight: Insight) -> str:
    parts: dict[str, Any] = {
        "answer": insight.answer,
        "evidence": insight.evidence,
        "probabilities": insight.probabilities,
    }
    return json.dumps(parts, ensure_ascii=False)


def _answered(facts: Facts, run: Path, task: str) -> Answered:
    query = """SELECT count(*) FILTER (status = 'ok'), count(*) FILTER (status <> 'ok'), max(as_of),
        count(*) FILTER (customer_id NOT IN (SELECT customer_id FROM facts)),
        CAST(coalesce(bit_xor(hash(customer_id, status, body)), 0) AS VARCHAR) FROM answers"""
    valid, failed, moment, strangers, digest = facts.connection.execute(query).fetchall()[0]
    if strangers:
        logger.warning(
            "%d customers of the run have no facts, and no card; make the facts from the same table.", strangers
        )
    as_of = (moment or "")[:10]
    if as_of and facts.as_of and as_of != facts.as_of:
        logger.warning(
            "The answers are as of %s and the facts as of %s: give both the same --as-of.", as_of, facts.as_of
        )
    return Answered(valid, failed, strangers, as_of, digest, _adapter(run, task))


def _adapter(run: Path, task: str) -> str | None:
    """The adapter that a run's file names; None where there is none, or no such file."""
    path = (run if run.is_dir() else run.parent) / "run.json"
    try:
        adapter = json.loads(path.read_text(encoding="utf-8"))["adapters"][task]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return str(adapter) if adapter else None
