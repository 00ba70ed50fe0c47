"""Regular expressions for the open fields of an answer, built from their types with Outlines."""

import re
from typing import Any, Final, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen

from fewsight.errors import TaskError
from fewsight.evidence import reference_pattern
from fewsight.prompts.answer.fields import OpenField

CHARACTER: Final = r'(?:[^"\\\x00-\x1f\x7f]|\\["\\n])'
"""One character of a JSON string: anything printable, or one of three escapes."""

FIRST: Final = r"[^\x00-\x2f\x3a-\x40\x5c-\x60\x7b-\x7f]"
"""The first character of a text: a letter of any script, a digit, or the bracket that opens a pseudonym. A model
that is unsure how to open a text would otherwise begin with a mark, or close it at once, as in ","."""

_SPECIAL: Final = re.compile(r"[\\.^$*+?{}\[\]()|]")


def literal(text: str) -> str:
    """A pattern that matches `text` alone, in the dialect that Python, Rust and xgrammar share.

    >>> literal('{"a":[1]}')
    '\\\\{"a":\\\\[1\\\\]\\\\}'
    """
    return _SPECIAL.sub(r"\\\g<0>", text)


def value_pattern(field: OpenField, events: int) -> str:
    """The regular expression of one open field's JSON value, with E1..E`events` shown.

    Raises:
        TaskError: the field's type or bounds can't be decoded.
    """
    from outlines.types.dsl import to_regex

    pattern: str = to_regex(_term(field, events))
    return pattern


def _term(field: OpenField, events: int) -> Any:  # noqa: ANN401 - Outlines is untyped
    from outlines.types.dsl import Regex, String, between

    annotation, most, least = field.info.annotation, _bound(field, MaxLen), _bound(field, MinLen) or 0
    if field.evidence is not None:
        if least:
            raise TaskError(f"Field {field.path!r}: a history may have no events, so evidence can't have a min_length.")
        return _list(Regex(f'"{reference_pattern(events)}"'), least, min(field.evidence, events))
    if annotation is str:
        rest = between(max(least, 1) - 1, _needed(field, most) - 1, Regex(CHARACTER))
        return String('"') + Regex(FIRST) + rest + String('"')
    if get_origin(annotation) is list and get_args(annotation) == (str,):
        return _list(Regex(f'"{CHARACTER}{{1,80}}"'), least, _needed(field, most))
    if annotation in (int, float):
        return Regex(_numbers(field))
    raise TaskError(
        f"Field {field.path!r} has the type {annotation!r}, which can't be decoded; use Literal, an Enum of strings, "
        "bool, str, list[str], int or Evidence."
    )


def _numbers(field: OpenField) -> str:
    low, high = _bound(field, Ge), _bound(field, Le)
    if field.info.annotation is float or low is None or high is None or high - low > 1000:
        raise TaskError(f"Field {field.path!r}: a number must be an int of at most 1000 values, Field(ge=0, le=10).")
    return "(?:" + "|".join(str(number) for number in range(low, high + 1)) + ")"


def _list(item: Any, least: int, most: int) -> Any:  # noqa: ANN401 - Outlines is untyped
    from outlines.types.dsl import String, between, optional

    if most == 0:
        return String("[]")
    more = item + between(max(least - 1, 0), most - 1, String(",") + item) if most > 1 else item
    return String("[") + (more if least else optional(more)) + String("]")


_BOUNDS: Final[dict[type, str]] = {MaxLen: "max_length", MinLen: "min_length", Ge: "ge", Le: "le"}


def _bound(field: OpenField, kind: type) -> int | None:
    return next((getattr(m, _BOUNDS[kind]) for m in field.info.metadata if isinstance(m, kind)), None)


def _needed(field: OpenField, bound: int | None) -> int:
    if bound is None:
        raise TaskError(f"Field {field.path!r} has no upper length; give it one, e.g. Field(max_length=200).")
    return bound
