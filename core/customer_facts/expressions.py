"""Checks of the SQL that users write: one expression, over its view alone, that gives the same answer every time."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from fewsight.customer_facts.dictionary import EVENTS, FACTS, Fact
from fewsight.customer_facts.views import EVENT_COLUMNS, INSIGHT_COLUMNS
from fewsight.errors import InputError

if TYPE_CHECKING:
    import duckdb

_CHANGING: Final = frozenset(
    [
        "now",
        "current_timestamp",
        "current_date",
        "current_time",
        "current_localtime",
        "current_localtimestamp",
        "get_current_time",
        "today",
        "get_current_timestamp",
        "transaction_timestamp",
        "random",
        "uuid",
        "gen_random_uuid",
        "uuidv4",
        "uuidv7",
        "setseed",
        "nextval",
        "currval",
        "getenv",
        "getvariable",
        "current_setting",
    ]
)
"""Functions whose value depends on the clock, on chance or on the machine."""


def check_expression(fact: Fact, connection: "duckdb.DuckDBPyConnection") -> None:
    """Stop where a user's SQL is more than one expression, or could see more than the rows of its view.

    Raises:
        InputError: names file and fact.
    """
    # The parentheses of the check are those of the query, so that nothing can close them.
    query = f"SELECT (\n{fact.sql}\n) FROM {fact.over}"  # noqa: S608 - is parsed, and not run
    parsed = json.loads(connection.execute("SELECT json_serialize_sql($1::VARCHAR)", [query]).fetchall()[0][0])
    if parsed.get("error"):
        raise _error(fact, f"is no SQL expression: {parsed.get('error_message', 'it holds another statement')}")
    nodes = [statement["node"] for statement in parsed["statements"]]
    if len(nodes) != 1 or len(nodes[0].get("select_list", ())) != 1:
        raise _error(fact, "is more than one expression")
    for item in _objects(nodes[0]["select_list"]):
        if item.get("class") == "SUBQUERY":
            raise _error(fact, f"has a query inside; it may use the columns of {fact.over} alone")
        name = str(item.get("function_name", "")).casefold()
        column = ".".join(item.get("column_names") or ())
        name = name or column.casefold()
        if name in _CHANGING:
            raise _error(fact, f"uses {name}, which changes from run to run; the moment of the facts is as_of")


def not_bound(fact: Fact, error: Exception) -> InputError:
    """What to say where DuckDB refuses an expression, or fails on a value."""
    message = str(error).split("\n\n", 1)[0].splitlines()[0]
    known = {EVENTS: EVENT_COLUMNS, FACTS: None}.get(fact.over, INSIGHT_COLUMNS)
    hint = f" Columns of {fact.over}: {', '.join(known)}." if known and "not found" in message else ""
    if "GROUP BY" in message:
        hint = f" A customer has many {fact.over}: write an aggregate, such as max(...) or count(*) FILTER (...)."
    return _error(fact, f"fails: {message}", hint)


def culprit(facts: Sequence[Fact], works: Any) -> InputError | None:  # noqa: ANN401 - a function of one fact
    """The error of the first of a user's facts that fails alone; `works(fact)` raises where it does."""
    import duckdb

    for fact in facts:
        try:
            works(fact)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            return not_bound(fact, error)
    return None


def _error(fact: Fact, what: str, hint: str = "") -> InputError:
    return InputError(f"The fact {fact.name!r} in {fact.source!r} {what}.{hint} Its sql is {fact.sql!r}.")


def _objects(node: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON value
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)
