"""What a task's output model asks for: closed fields that can be scored, and open fields that must be written.

Closed fields (Literal, Enum, bool; nested models of them) have a finite set of values and come first. So do lists of
labels: each label of theirs is a closed field that says yes or no, see `several`. Open fields (bounded texts, numbers,
dates, bounded lists, evidence) come last.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin

from annotated_types import MaxLen, MinLen
from pydantic import BaseModel, Field, create_model

from fewsight.answers import label_text, list_key, scored_value, split_path, value_at
from fewsight.errors import TaskError
from fewsight.prompts.answer.annotations import Kind, Value, closed_values, kind_of


@dataclass(frozen=True, slots=True)
class EvidenceMarker:
    """Marks a list of E-numbers; `most` bounds its length."""

    most: int


Evidence = Annotated[list[str], EvidenceMarker(most=3), Field(max_length=3)]
"""Up to three of the events that were shown, as 'E1'..'En' in the prompt and as real event ids in an Insight."""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Marks a Literal of 'category/leaf' labels: probabilities are also given for each category."""

    separator: str = "/"


@dataclass(frozen=True, slots=True)
class LabelList:
    """A list of labels: its dotted path, its labels as words, what they stand for, and how many it may hold."""

    path: str
    labels: tuple[str, ...]
    values: tuple[Value, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class ClosedField:
    """A field with finitely many values. `path` is dotted; `labels` are the values as words ('true' for True).

    `one_of` is the list that the field says yes or no to one label of.
    """

    path: str
    labels: tuple[str, ...]
    values: tuple[Value, ...]
    taxonomy: Taxonomy | None = None
    one_of: LabelList | None = None

    def label_of(self, value: Value) -> str:
        """The label of one of the values.

        Raises:
            ValueError: it is none of them.
        """
        return self.labels[self.labels.index(label_text(value))]

    def value_of(self, label: str) -> Value:
        """The value that a label stands for."""
        return self.values[self.labels.index(label)]

    def label_in(self, answer: Mapping[str, Any]) -> str | None:
        """The label that an answer has here; None where it has none."""
        value = scored_value(answer, self.path)
        return None if value is None and None not in self.values else self.label_of(value)


@dataclass(frozen=True, slots=True)
class OpenField:
    """A field that the model writes. `evidence` is the most E-numbers it may name, or None for other fields."""

    path: str
    kind: Kind
    evidence: int | None = None

    def is_forced(self, events: int) -> bool:
        """Whether there is nothing to choose: evidence where no event is shown."""
        return self.evidence is not None and events == 0


@lru_cache(maxsize=256)
def closed_fields(model: type[BaseModel]) -> tuple[ClosedField, ...]:
    """All closed fields in the order of the answer."""
    return tuple(field for field in _fields(model) if isinstance(field, ClosedField))


@lru_cache(maxsize=256)
def open_fields(model: type[BaseModel]) -> tuple[OpenField, ...]:
    """All open fields in the order of the answer (top level only).

    Raises:
        TaskError: an open field stands before a closed one, or inside a nested model.
    """
    fields = _fields(model)
    kinds = [isinstance(field, OpenField) for field in fields]
    if kinds != sorted(kinds):
        late = next(f.path for f in fields[kinds.index(True) :] if isinstance(f, ClosedField))
        raise TaskError(f"{model.__name__}.{late} is closed but stands after an open field; put closed fields first.")
    nested = [f.path for f in fields if isinstance(f, OpenField) and "." in f.path]
    if nested:
        raise TaskError(f"{model.__name__}: open fields {nested} are nested; move them to the top level.")
    return tuple(field for field in fields if isinstance(field, OpenField))


@lru_cache(maxsize=256)
def closed_part(model: type[BaseModel]) -> type[BaseModel]:
    """The model without its open fields; itself where it has none. Validators of its own are not kept."""
    closed = {path.partition(".")[0] for path in (field.path for field in closed_fields(model))}
    if closed == set(model.model_fields):
        return model
    fields: dict[str, Any] = {
        name: (info.annotation, info) for name, info in model.model_fields.items() if name in closed
    }
    return create_model(model.__name__, **fields)


def field_paths(model: type[BaseModel]) -> tuple[str, ...]:
    """The dotted paths of all fields, in the order of the answer."""
    return tuple(field.path for field in _fields(model))


def given_values(answer: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """The values of an answer as a model writes it, by dotted path; None only where a field may be None."""
    values: dict[str, Any] = {}
    for field in _fields(model):
        group, name = split_path(field.path)
        place = value_at(answer, group) if group else answer
        if isinstance(place, Mapping) and name in place:
            nullable = None in field.values if isinstance(field, ClosedField) else field.kind.nullable
            if place[name] is not None or nullable:
                values[field.path] = place[name]
    return values


@lru_cache(maxsize=256)
def _fields(model: type[BaseModel]) -> tuple[ClosedField | OpenField, ...]:
    return tuple(_walk(model, ""))


def _walk(model: type[BaseModel], prefix: str) -> Iterator[ClosedField | OpenField]:
    for name, info in model.model_fields.items():
        kind, path = kind_of(info.annotation, info.metadata), prefix + name
        if isinstance(kind.core, type) and issubclass(kind.core, BaseModel) and not kind.nullable:
            yield from _walk(kind.core, path + ".")
        elif labels := label_list(path, kind):
            for label in labels.labels:
                yield ClosedField(f"{path}.{list_key(label)}", ("true", "false"), (True, False), one_of=labels)
        elif (values := closed_values(kind.core)) is not None:
            values = (*values, None) if kind.nullable else values
            taxonomy = next((m for m in kind.marks if isinstance(m, Taxonomy)), None)
            yield ClosedField(path, tuple(map(label_text, values)), values, taxonomy)
        else:
            marker = next((m for m in kind.marks if isinstance(m, EvidenceMarker)), None)
            yield OpenField(path, kind, marker.most if marker else None)


def label_list(path: str, kind: Kind) -> LabelList | None:
    """The list of labels that a field of this kind is; None for others."""
    if get_origin(kind.core) is not list or kind.nullable:
        return None
    item = kind_of(*get_args(kind.core))
    values = closed_values(item.core)
    if values is None or item.nullable or item.core is bool:
        return None
    least, most = kind.bound(MinLen, "min_length") or 0, kind.bound(MaxLen, "max_length")
    return LabelList(path, tuple(map(label_text, values)), values, least, len(values) if most is None else most)
