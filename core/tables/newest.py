"""The moment up to which a table is known: its newest event, but for a few that lie years after all others."""

from itertools import pairwise
from typing import Final

from fewsight.tables.store import Store
from fewsight.tables.values.times import from_microseconds

_BY_DAY: Final = """SELECT time // 86400000000 AS day, count(*), max(time) FROM events WHERE time IS NOT NULL
    GROUP BY day ORDER BY day"""
_FAR: Final = 731
"""Days: two years."""
_STEEP: Final = 5
"""A gap counts as one where it is so many times as long as any before it."""
_FEW: Final = 4
"""There must be so many other events for each one that is set aside."""
_SHOWN: Final = 3


def newest_of(store: Store) -> tuple[int | None, str | None]:
    """The time (microseconds since 1970) of the newest event, and a note on events that are too far after it to count.

    One wrong year would otherwise make every customer look silent for decades.
    """
    days = store.rows(_BY_DAY)
    if not days:
        return None, None
    kept = _kept([day for day, _, _ in days], [count for _, count, _ in days])
    newest = days[kept - 1][2]
    late = sum(count for _, count, _ in days[kept:])
    return int(newest), _note(store, newest, late) if late else None


def _kept(days: list[int], counts: list[int]) -> int:
    """How many of the days (sorted, with their numbers of events) stand together."""
    total, seen, widest = sum(counts), 0, 0
    for at, (day, following) in enumerate(pairwise(days)):
        seen += counts[at]
        gap = following - day
        if gap > _FAR and gap > _STEEP * widest and _FEW * (total - seen) <= seen:
            return at + 1
        widest = max(widest, gap)
    return len(days)


def _note(store: Store, newest: int, late: int) -> str:
    rows = store.rows(f"SELECT time, customer FROM events WHERE time > {int(newest)} LIMIT {_SHOWN}")  # noqa: S608
    shown = ", ".join(f"{from_microseconds(time):%Y-%m-%d} of customer {customer!r}" for time, customer in rows)
    return (
        f"{late:,} event{'s'[: late != 1]} lie{'s'[: late == 1]} years after all others ({shown}); the newest event "
        f"that counts is of {from_microseconds(newest):%Y-%m-%d}, and nothing later is shown unless --as-of says so"
    )
