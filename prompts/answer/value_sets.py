"""Open values with finitely many texts: numbers between bounds and dates, as patterns that match those alone."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice, takewhile
from typing import Final

from annotated_types import Ge, Gt, Le, Lt, MultipleOf

from fewsight.errors import TaskError
from fewsight.prompts.answer.annotations import Kind
from fewsight.prompts.answer.literals import literal

MOST: Final = 100_000
"""More different values than this are not listed."""

DECIMALS: Final = Decimal("0.01")
"""The step of a float that has no `multiple_of`."""

_FINEST, _LARGEST = Decimal("0.0001"), 10**9
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)


@lru_cache(maxsize=256)
def value_texts(path: str, kind: Kind) -> tuple[str, ...]:
    """The JSON texts of a number's or a date's values, in their order.

    Raises:
        TaskError: there is no bound, no value, or there are too many.
    """
    texts = tuple(islice(_days(kind) if kind.core is date else _numbers(path, kind), MOST + 1))
    if not texts:
        raise TaskError(f"Field {path!r}: its bounds leave no value; mend them.")
    if len(texts) > MOST:
        raise TaskError(
            f"Field {path!r}: its bounds leave more than {MOST:,} values; choose narrower ones or a larger multiple_of."
        )
    return texts


def one_of(texts: Iterable[str]) -> str:
    """A pattern that matches these texts alone, as short as their common beginnings and endings allow.

    >>> one_of(["1", "2", "3", "10"])
    '(?:1(?:0)?|[23])'
    """
    by_first: dict[str, list[str]] = {}
    ends = False
    for text in texts:
        if text:
            by_first.setdefault(text[0], []).append(text[1:])
        else:
            ends = True
    by_rest: dict[str, list[str]] = {}
    for first, rests in by_first.items():
        by_rest.setdefault(one_of(rests), []).append(first)
    parts = [_class(firsts) + rest for rest, firsts in by_rest.items()]
    if not parts:
        return ""
    return f"(?:{'|'.join(parts)}){'?' if ends else ''}" if ends or len(parts) > 1 else parts[0]


def _class(characters: Sequence[str]) -> str:
    if len(characters) == 1:
        return literal(characters[0])
    return f"[{''.join(sorted(characters))}]" if all(c.isdigit() for c in characters) else _choice(characters)


def _choice(characters: Sequence[str]) -> str:
    return f"(?:{'|'.join(map(literal, characters))})"


def _numbers(path: str, kind: Kind) -> Iterator[str]:
    floor, over = kind.bound(Ge, "ge"), kind.bound(Gt, "gt")
    ceiling, under = kind.bound(Le, "le"), kind.bound(Lt, "lt")
    if (floor is None and over is None) or (ceiling is None and under is None):
        raise TaskError(f"Field {path!r}: a number needs both bounds, e.g. Field(ge=0, le=10).")
    low = max(Decimal(str(bound)) for bound in (floor, over) if bound is not None)
    high = min(Decimal(str(bound)) for bound in (ceiling, under) if bound is not None)
    if max(abs(low), abs(high)) > _LARGEST:
        raise TaskError(f"Field {path!r}: its bounds leave more than {MOST:,} values; choose narrower ones.")
    step = Decimal(str(kind.bound(MultipleOf, "multiple_of") or (1 if kind.core is int else DECIMALS)))
    if step < _FINEST:
        raise TaskError(f"Field {path!r}: a multiple_of below {_FINEST} can't be written; choose a larger one.")
    if kind.core is int and step % 1:
        raise TaskError(f"Field {path!r}: multiple_of={step} of an int; choose a whole one, or make it a float.")
    first = -(-low // step)  # Decimal's // cuts towards zero, so this may be one too low
    values = (step * number for number in _upwards(int(first) - 1))
    inside = (value for value in takewhile(lambda v: v <= high, values) if value >= low)
    for value in inside:
        if (over is None or value > Decimal(str(over))) and (under is None or value < Decimal(str(under))):
            yield str(int(value)) if kind.core is int else json.dumps(float(value))


def _upwards(number: int) -> Iterator[int]:
    while True:
        yield number
        number += 1


def _days(kind: Kind) -> Iterator[str]:
    floor, over = kind.bound(Ge, "ge"), kind.bound(Gt, "gt")
    ceiling, under = kind.bound(Le, "le"), kind.bound(Lt, "lt")
    day = floor or (over + timedelta(1) if over else _FIRST_DAY)
    last = ceiling or (under - timedelta(1) if under else _LAST_DAY)
    while day <= last:
        yield f'"{day.isoformat()}"'
        day += timedelta(1)
