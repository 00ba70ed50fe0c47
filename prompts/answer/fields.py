"""What a task's output model asks for: closed fields that can be scored, and open fields that must be written.

Closed fields (Literal, Enum of strings, bool; nested models of them) have a finite set of values and come first. Open
fields (bounded strings, bounded lists, evidence) come last.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from fewsight.answers import label_text
from fewsight.errors import TaskError


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
class ClosedField:
    """A field with finitely many values. `path` is dotted; `labels` are the values as words ('true' for True)."""

    path: str
    labels: tuple[str, ...]
    values: tuple[str | bool, ...]
    taxonomy: Taxonomy | None = None

    def label_of(self, value: str | bool) -> str:
        """The label of one of the values."""
        return self.labels[self.values.index(value)]

    def value_of(self, label: str) -> str | bool:
        """The value that a label stands for."""
        return self.values[self.labels.index(label)]


@dataclass(frozen=True, slots=True)
class OpenField:
    """A field that the model writes. `evidence` is the most E-numbers it may name, or None for other fields."""

    path: str
    info: FieldInfo
    evidence: int | None = None


@lru_cache(maxsize=256)
def closed_fields(model: type[BaseModel]) -> tuple[ClosedField, ...]:
    """All closed fields in the order of the answer."""
    return tuple(field for field in _walk(model, "") if isinstance(field, ClosedField))


@lru_cache(maxsize=256)
def open_fields(model: type[BaseModel]) -> tuple[OpenField, ...]:
    """All open fields in the order of the answer (top level only).

    Raises:
        TaskError: an open field stands before a closed one, or inside a nested model.
    """
    fields = list(_walk(model, ""))
    kinds = [isinstance(field, OpenField) for field in fields]
    if kinds != sorted(kinds):
        late = next(f.path for f in fields[kinds.index(True) :] if isinstance(f, ClosedField))
        raise TaskError(f"{model.__name__}.{late} is closed but stands after an open field; put closed fields first.")
    nested = [f.path for f in fields if isinstance(f, OpenField) and "." in f.path]
    if nested:
        raise TaskError(f"{model.__name__}: open fields {nested} are nested; move them to the top level.")
    return tuple(field for field in fields if isinstance(field, OpenField))


def field_paths(model: type[BaseModel]) -> tuple[str, ...]:
    """The dotted paths of all fields, in the order of the answer."""
    return tuple(field.path for field in _walk(model, ""))


def _walk(model: type[BaseModel], prefix: str) -> Iterator[ClosedField | OpenField]:
    for name, info in model.model_fields.items():
        annotation, path = info.annotation, prefix + name
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _walk(annotation, path + ".")
            continue
        values = _values(annotation)
        if values is None:
            marker = next((m for m in info.metadata if isinstance(m, EvidenceMarker)), None)
            yield OpenField(path, info, marker.most if marker else None)
        else:
            taxonomy = next((m for m in info.metadata if isinstance(m, Taxonomy)), None)
            labels = tuple(map(label_text, values))
            yield ClosedField(path, labels, values, taxonomy)


def _values(annotation: Any) -> tuple[str | bool, ...] | None:  # noqa: ANN401 - any annotation
    if annotation is bool:
        return (True, False)
    if get_origin(annotation) is Literal and all(isinstance(v, str) for v in get_args(annotation)):
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        words = tuple(member.value for member in annotation)
        return words if all(isinstance(word, str) for word in words) else None
    return None
