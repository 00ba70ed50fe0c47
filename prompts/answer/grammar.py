"""Regular expressions for the open fields of an answer, built from their types."""

import json
from datetime import date
from typing import Any, Final, get_args, get_origin

from annotated_types import MaxLen, MinLen

from fewsight.errors import TaskError
from fewsight.evidence import reference, reference_pattern
from fewsight.prompts.answer.annotations import Kind, closed_values, kind_of
from fewsight.prompts.answer.fields import OpenField
from fewsight.prompts.answer.value_sets import one_of, value_texts

CHARACTER: Final = r'(?:[^"\\\x00-\x1f\x7f]|\\["\\n])'
"""One character of a JSON string: anything printable, or one of three escapes."""

FIRST: Final = r"[^\x00-\x2f\x3a-\x40\x5c-\x60\x7b-\x7f]"
"""The first character of a text: a letter of any script, a digit, or the bracket that opens a pseudonym. A model
that is unsure how to open a text would otherwise begin with a mark, or close it at once, as in ","."""

_ITEM: Final = 80
"""The most characters of a text in a list that says nothing else."""

_LISTED: Final = 1001
"""Whole numbers of so many values are alternatives one by one, as they always were: patterns are part of digests."""

_OPENINGS: Final = (f'["{reference(1)}', "[]", '"A', '"th', "1", "tr")

_INSTEAD: Final = (
    "use Literal, an Enum of texts or whole numbers, bool, str, int, float, date, a list of one of them, or Evidence."
)


def value_pattern(field: OpenField, events: int) -> str:
    """The regular expression of one open field's JSON value, with E1..E`events` shown.

    Raises:
        TaskError: the field's type or bounds can't be decoded.
    """
    kind, least = field.kind, field.kind.bound(MinLen, "min_length") or 0
    if field.evidence is not None:
        if least:
            raise TaskError(f"Field {field.path!r}: a history may have no events, so evidence can't have a min_length.")
        if kind.nullable:
            raise TaskError(f"Field {field.path!r}: evidence can't be None; [] says that there is none.")
        return _list(f'"{reference_pattern(events)}"', least, min(field.evidence, events))
    if get_origin(kind.core) is list:
        item, most = _item(field.path, kind_of(*get_args(kind.core))), _needed(field.path, kind)
        _check_lengths(field.path, least, most)
        pattern = _list(item, least, most)
    else:
        pattern = _plain(field.path, kind)
    return f"(?:null|{pattern})" if kind.nullable else pattern


def openings(field: OpenField | None) -> tuple[str, ...]:
    """How open values may begin: what all have in common with the text before is a safe token boundary."""
    if field is None or (field.kind.core is not date and field.kind.core is not float and not field.kind.nullable):
        return _OPENINGS
    return (*_OPENINGS, "null", "0", "-1", '"2')


def nothing(field: OpenField) -> Any:  # noqa: ANN401 - any JSON value
    """The value that says least: None, an empty list or text, the lowest number or first day."""
    if field.kind.nullable:
        return None
    if field.evidence is not None or get_origin(field.kind.core) is list:
        return []
    return "" if field.kind.core is str else json.loads(value_texts(field.path, field.kind)[0])


def is_sayable(field: OpenField, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a number or a date is one that the pattern allows; texts and lists count as sayable."""
    if value is None or field.kind.core not in (int, float, date):
        return True
    return json.dumps(value) in value_texts(field.path, field.kind)


def _plain(path: str, kind: Kind) -> str:
    if kind.core is str:
        least, most = kind.bound(MinLen, "min_length") or 1, _needed(path, kind)
        _check_text(path, kind, least, most)
        return f'"({FIRST})(({CHARACTER})){{{least - 1},{most - 1}}}"'
    if kind.core in (int, float, date):
        texts = value_texts(path, kind)
        return f"((?:{'|'.join(texts)}))" if kind.core is int and len(texts) <= _LISTED else one_of(texts)
    raise TaskError(f"Field {path!r} has the type {kind.core!r}, which can't be decoded; {_INSTEAD}")


def _item(path: str, kind: Kind) -> str:
    if closed_values(kind.core) is not None and kind.core is not bool:
        raise TaskError(f"Field {path!r}: a list of labels can't be or hold None; [] says that none fits.")
    if kind.nullable or get_origin(kind.core) is list:
        raise TaskError(f"Field {path!r} is a list of lists or of None, which can't be decoded; {_INSTEAD}")
    if kind.core is not str:
        return _plain(path, kind)
    least, most = kind.bound(MinLen, "min_length") or 1, kind.bound(MaxLen, "max_length") or _ITEM
    _check_text(path, kind, least, most)
    return f'"{CHARACTER}{{{least},{most}}}"'


def _check_text(path: str, kind: Kind, least: int, most: int) -> None:
    _check_lengths(path, least, most)
    if (pattern := next((p for mark in kind.marks if (p := getattr(mark, "pattern", None))), None)) is not None:
        raise TaskError(
            f"Field {path!r} has the pattern {getattr(pattern, 'pattern', pattern)!r}, which is not held while it is "
            "written; name the values in a Literal, or check them in a validator."
        )


def _check_lengths(path: str, least: int, most: int) -> None:
    if not max(least, 1) <= most:
        raise TaskError(f"Field {path!r}: max_length={most} leaves nothing to write (min_length={least}); raise it.")


def _list(item: str, least: int, most: int) -> str:
    if most == 0:
        return r"\[\]"
    more = f"({item})" + (f"(,({item})){{{max(least - 1, 0)},{most - 1}}}" if most > 1 else "")
    return rf"\[{more}\]" if least else rf"\[({more})?\]"


def _needed(path: str, kind: Kind) -> int:
    most: int | None = kind.bound(MaxLen, "max_length")
    if most is None:
        raise TaskError(f"Field {path!r} has no upper length; give it one, e.g. Field(max_length=200).")
    return most
