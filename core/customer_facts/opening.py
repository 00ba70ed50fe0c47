"""Facts of opened histories, or of a stream of them: the one definition for files, pandas and rows of predictions."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from fewsight.customer_facts.attributes import add_functions, remove_functions
from fewsight.customer_facts.dictionary import INSIGHTS, Fact, built_in, read_facts, refuse_doubles, spelled
from fewsight.customer_facts.expressions import check_expression
from fewsight.customer_facts.fitted import Fitted, fit
from fewsight.customer_facts.insights import load_insights
from fewsight.customer_facts.moments import Moments, moments_of
from fewsight.customer_facts.table import FactTable
from fewsight.errors import ConfigError, did_you_mean
from fewsight.events import CustomerHistory
from fewsight.tables import Histories


@dataclass(frozen=True, slots=True)
class FactOptions:
    """What facts are computed under.

    `run`: a run's folder, whose insights become facts. `facts_files`: a user's facts. `days`: how far expected orders
    look ahead. `category`: the column that names categories of products; None for the usual names. `tz`: whose days and
    weekdays are counted. `memory_limit` is DuckDB's. `fitted`: of an earlier table; its days, zone and category stand.

    Raises:
        ConfigError: days below 1, or no such time zone.
    """

    run: Path | None = None
    facts_files: Sequence[Path] = ()
    days: int = 90
    category: str | None = None
    tz: str = "UTC"
    memory_limit: str = "1GB"
    fitted: Fitted | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        if self.days < 1:
            raise ConfigError(f"days={self.days!r} is no span to look ahead; give 1 or more.")
        try:
            ZoneInfo(self.tz)
        except (ValueError, OSError, LookupError):
            raise ConfigError(f"No time zone {self.tz!r}.{did_you_mean(self.tz, available_timezones())}") from None


@contextmanager
def open_facts(
    histories: "Histories | Iterable[CustomerHistory]",
    options: FactOptions | None = None,
    *,
    as_of: datetime | None = None,
    work: Path | None = None,
) -> Iterator[FactTable]:
    """Facts of every customer of opened histories at `as_of`, or of every history of a stream at its own moment.

    A stream has a row for each history in its order, at `history.now` (its `until`, or its newest event), or `as_of`
    where that is earlier; one customer may come at several moments. Histories of a table are taken at `as_of`, the
    newest event where it is None; a customer of whom nothing is known by then has no row. Nothing later counts.

    Args:
        histories: opened histories, or any iterable of them; it is read once.
        options: see FactOptions.
        as_of: the moment (aware).
        work: the folder below which temporary files are; the system's where None.

    Raises:
        InputError: a file of facts with an error (names file and fact), or too little memory.
        LedgerError: there is no run to read.
    """
    options = options or FactOptions()
    own = [fact for path in options.facts_files for fact in read_facts(path)]
    with moments_of(histories, as_of, options.memory_limit, work) as moments:
        moments.connection.execute("SET TimeZone = 'UTC'")
        for fact in own:
            check_expression(fact, moments.connection)
        add_functions(moments.connection, options.fitted.category if options.fitted else options.category)
        try:
            yield _table(moments, options, own)
        finally:
            remove_functions(moments.connection)


def _table(moments: Moments, options: FactOptions, own: list[Fact]) -> FactTable:
    if options.run is not None:
        load_insights(options.run, moments.connection)
    fitted = options.fitted or fit(moments, options.days, options.tz, options.category, options.run is not None)
    if options.run is None:
        fitted = replace(fitted, vocabulary=replace(fitted.vocabulary, labels=None))
    facts = spelled([*built_in(), *own], fitted.vocabulary, fitted.days)
    refuse_doubles(facts)
    if options.run is None and (needing := [fact for fact in own if fact.over == INSIGHTS]):
        raise ConfigError(
            f"The fact {needing[0].name!r} in {needing[0].source!r} is over insights; name a run with --run "
            "(in Python run=...)."
        )
    table = FactTable(tuple(facts), fitted, options.run is not None, moments)
    table.check()
    return table
