"""How often somebody may ask: token buckets in memory (RFC 2697 has the method for networks)."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST_KEYS: Final = 10_000
"""Callers that are remembered; the one who asked longest ago is forgotten first."""


class RateLimit:
    """Lets a key through `burst` times at once, and `per_minute` times a minute in the long run."""

    def __init__(self, per_minute: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = per_minute / 60, float(burst), clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str) -> float:
        """Take one turn: 0 where there was one, else the seconds until there is (and none is taken)."""
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(key, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._rate)
            taken = left >= 1
            self._left[key] = (left - taken, now)
            if len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
            return 0.0 if taken else (1 - left) / self._rate
