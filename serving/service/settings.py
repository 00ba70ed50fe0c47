"""How much a server takes from callers, and how long it waits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of a server; what is above them is refused with a word of what to do.

    `body` and `upload` are bytes of a request and of a batch; `in_flight` requests are answered at once, and `waiting`
    more may wait; `seconds` is the time for an answer and `body_seconds` that for sending a body; `per_minute` and
    `burst` are those of a token; `drain` are the seconds that a server that is stopped leaves to what it began.
    """

    body: int = 2_000_000
    upload: int = 1_000_000_000
    in_flight: int = 16
    waiting: int = 64
    seconds: float = 120.0
    body_seconds: float = 30.0
    per_minute: float = 6_000
    burst: int = 600
    drain: int = 30
