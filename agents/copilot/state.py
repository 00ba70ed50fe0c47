"""A customer's state as typed data, and the paths by which tools and clauses name what is in it.

A path is dotted: `orders.items.price` goes through two lists, and means one item of one order at a time. `Rows` says
which: a row for each list that a path goes through, so that an item always belongs to the order beside it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from fewsight.errors import PolicyError, did_you_mean
from fewsight.prompts.answer.annotations import kind_of

Rows = Mapping[str, BaseModel]
"""The row that is meant of each list, by the list's path."""


@dataclass(frozen=True, slots=True)
class From:
    """Marks an argument whose value is one that stands at `path` in the customer's state."""

    path: str


@dataclass(frozen=True, slots=True)
class Said:
    """Marks an argument whose value the customer must have written in the case, such as an address to be known by."""


@dataclass(frozen=True, slots=True)
class Money:
    """Marks a whole number in minor units (cents) of `currency`."""

    currency: str


def field_at(model: type[BaseModel], path: str) -> FieldInfo:
    """The field at a path of a state's model.

    Raises:
        PolicyError: there is none, or it is no single value.
    """
    *groups, last = path.split(".")
    for name in groups:
        core = kind_of(_field(model, name, path).annotation).core
        inner = get_args(core)[0] if get_origin(core) is list else core
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            raise PolicyError(f"{path!r}: {name!r} of {model.__name__} is neither a model nor a list of one.")
        model = inner
    field = _field(model, last, path)
    core = kind_of(field.annotation).core
    if get_origin(core) is list or (isinstance(core, type) and issubclass(core, BaseModel)):
        raise PolicyError(f"{path!r} is no single value; name one of its fields.")
    return field


def lists_of(model: type[BaseModel], paths: Iterable[str]) -> list[str]:
    """Paths of all lists that paths go through, outer ones first."""
    lists: set[str] = set()
    for path in paths:
        place, names = model, path.split(".")
        for depth, name in enumerate(names[:-1], 1):
            core = kind_of(_field(place, name, path).annotation).core
            if get_origin(core) is list:
                lists.add(".".join(names[:depth]))
                core = get_args(core)[0]
            place = core
    return sorted(lists)


def bindings(state: BaseModel, lists: Iterable[str], rows: Rows | None = None) -> Iterator[Rows]:
    """All ways to take one row of each list, where `lists` names outer ones first, beside the `rows` that are given."""
    ways: list[dict[str, BaseModel]] = [dict(rows or {})]
    for path in lists:
        ways = [{**way, path: row} for way in ways for row in value_at(state, way, path)]
    return iter(ways)


def value_at(state: BaseModel, rows: Rows, path: str) -> Any:  # noqa: ANN401 - any value of a state
    """What stands at a path, in the rows that are meant; None below a model that is None."""
    outer = max((name for name in rows if path.startswith(name + ".")), key=len, default="")
    place: Any = rows[outer] if outer else state
    for name in path[len(outer) + bool(outer) :].split("."):
        place = None if place is None else getattr(place, name)
    return place


def is_money(field: FieldInfo) -> Money | None:
    """The currency of a field that is marked as money, else None."""
    return next((mark for mark in kind_of(field.annotation, field.metadata).marks if isinstance(mark, Money)), None)


def _field(model: type[BaseModel], name: str, path: str) -> FieldInfo:
    if name not in model.model_fields:
        raise PolicyError(f"{path!r}: {model.__name__} has no field {name!r}.{did_you_mean(name, model.model_fields)}")
    return model.model_fields[name]
