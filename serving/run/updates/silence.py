"""How long the moment of an answer holds while nothing happens: silence is told in steps, so that it alone asks nobody
again every day.
"""

from datetime import datetime, timedelta
from typing import Final

from fewsight.events import CustomerHistory

STEPS: Final = (1, 2, 4, 7, 14, 30, 60, 90, 180, 365)
"""Days of silence at which a customer is looked at anew; from the last on, every further year."""

_DAY: Final = timedelta(days=1)


def step(silence: timedelta) -> int:
    """How many steps a silence has passed.

    >>> [step(timedelta(days=days)) for days in (0, 1, 3, 4, 13, 364, 365, 729, 730)]
    [0, 1, 2, 3, 4, 9, 10, 10, 11]
    """
    days = silence // _DAY
    if days >= STEPS[-1]:
        return len(STEPS) - 1 + days // STEPS[-1]
    return sum(days >= bound for bound in STEPS)


def moment_holds(history: CustomerHistory, then: datetime | None, now: datetime | None) -> bool:
    """Whether a customer can be answered as of `then` although it is `now`: nothing has happened in between, and their
    silence has passed no further step. `history` may hold events of later.
    """
    if then is None or now is None or then >= now:
        return then == now
    newest = max((event.time for event in history.events if event.time is not None and event.time <= now), default=None)
    return newest is None or (newest <= then and step(then - newest) == step(now - newest))
