"""`fewsight.facts`: the command `fewsight facts` as a function, with pandas in and out."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fewsight.customer_facts.fitted import Fitted
from fewsight.customer_facts.opening import FactOptions, open_facts
from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory
from fewsight.tables import Histories, TableLike, open_histories

if TYPE_CHECKING:
    import pandas as pd
    from typing_extensions import TypeIs

logger = logging.getLogger(__name__)


def facts(
    histories: "TableLike | Sequence[TableLike] | Histories | Iterable[CustomerHistory]",
    *,
    as_of: datetime | None = None,
    run: str | Path | None = None,
    facts_files: Sequence[str | Path] = (),
    days: int = 90,
    category: str | None = None,
    fitted: Fitted | None = None,
    query: str | Sequence[str] | None = None,
    mapping: str | Path | Sequence[str | Path] | None = None,
    profiles: "str | Path | pd.DataFrame | None" = None,
    identities: "str | Path | pd.DataFrame | None" = None,
    lookups: "Sequence[TableLike | tuple[str, TableLike]]" = (),
    tz: str | None = None,
    memory_limit: str = "1GB",
) -> "pd.DataFrame":
    """One typed row of facts for every customer; `attrs["facts"]` of the result is its data dictionary (docs/facts.md).

    Args:
        histories: a file, a SQL URL, a DataFrame, a list of such tables, opened histories, or a stream of histories,
            each of which has a row at its own moment (see `fewsight.customer_facts.open_facts`).
        as_of: the moment (aware) after which nothing counts; the newest event of the table where None.
        run: a run's folder, whose insights become facts.
        facts_files: TOML files with facts of your own.
        days: how far expected orders look ahead.
        category: the column that names categories of products.
        fitted: `attrs["fitted"]` of an earlier table, so that columns and models stay the same.
        query: SQL, where `histories` is a SQL URL.
        mapping: a TOML file that says which columns are what; guessed where None.
        profiles: a table of customers beside the events.
        identities: a table of ids that are one customer.
        lookups: tables without customers, such as products, joined to events by a column of ids.
        tz: time zone of times without one, and of days and weekdays; UTC where None.
        memory_limit: how much memory sorting and counting may take.

    Raises:
        FewsightError: anything named is wrong.

    Example:
        >>> frame = facts("orders.csv")  # doctest: +SKIP
    """
    if as_of is not None and as_of.tzinfo is None:
        raise ConfigError(f"as_of={as_of!r} names no time zone; write e.g. datetime(2026, 3, 1, tzinfo=UTC).")
    options = FactOptions(
        run=Path(run) if run is not None else None,
        facts_files=[Path(path) for path in facts_files],
        days=days,
        category=category,
        tz=tz or "UTC",
        memory_limit=memory_limit,
        fitted=fitted,
    )
    with ExitStack() as stack:
        if not _are_histories(histories):
            opened = open_histories(
                histories,
                query=query,
                mapping=mapping,
                profiles=profiles,
                identities=identities,
                lookups=lookups,
                tz=tz,
                memory_limit=memory_limit,
            )
            histories = stack.enter_context(opened)
            logger.log(logging.WARNING if opened.guessed else logging.INFO, "%s", opened.describe())
        table = stack.enter_context(open_facts(histories, options, as_of=as_of))
        frame = table.to_pandas()
        frame.attrs |= {"facts": [fact.as_dict() for fact in table.facts], "fitted": table.fitted}
        return frame


def _are_histories(
    source: "TableLike | Sequence[TableLike] | Histories | Iterable[CustomerHistory]",
) -> "TypeIs[Histories | Iterable[CustomerHistory]]":
    if isinstance(source, list | tuple) and any(
        isinstance(one, str | Path) or hasattr(one, "columns") for one in source
    ):
        return False
    return isinstance(source, Histories) or not (isinstance(source, str | Path) or hasattr(source, "columns"))
