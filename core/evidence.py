"""E-numbers: an answer names the events that support it as E1..En, in the order of the prompt or labelled row."""

from collections.abc import Iterable


def reference(number: int) -> str:
    """The name of the event at `number`, which counts from 1.

    >>> reference(3)
    'E3'
    """
    return f"E{number}"


def references(events: int) -> tuple[str, ...]:
    """The names of the first `events` events.

    >>> references(3)
    ('E1', 'E2', 'E3')
    """
    return tuple(reference(number) for number in range(1, events + 1))


def reference_range(events: int) -> str:
    """All names in short, for a message.

    >>> reference_range(12), reference_range(0)
    ('E1..E12', 'none')
    """
    return f"{reference(1)}..{reference(events)}" if events else "none"


def reference_pattern(events: int) -> str:
    """A regular expression of exactly the names of `events` events (at least one).

    >>> reference_pattern(3)
    '(?:E1|E2|E3)'
    """
    return "(?:" + "|".join(references(events)) + ")"


def unknown_references(names: Iterable[str], events: int) -> list[str]:
    """Those of `names` that name none of `events` events.

    >>> unknown_references(["E1", "E7", "e1"], 3)
    ['E7', 'e1']
    """
    known = frozenset(references(events))
    return [name for name in names if name not in known]
