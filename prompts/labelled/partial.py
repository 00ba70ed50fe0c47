"""Answers in which fields may be missing, checked as strictly as whole ones."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Optional

from pydantic import BaseModel, create_model


@lru_cache(maxsize=64)
def partial_output(model: type[BaseModel]) -> type[BaseModel]:
    """The output model with every field optional, nested ones too; a missing field is None.

    >>> from fewsight.prompts.loading.labelling import classification_task
    >>> partial_output(classification_task("toy_intent", ["a", "b"]).output)().model_dump()
    {'intent': None}
    """
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind: Any = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = partial_output(kind)
        for mark in info.metadata:
            kind = Annotated[kind, mark]
        fields[name] = (Optional[kind], None)  # noqa: UP045 - built from a value, not written as a type
    return create_model(model.__name__, **fields)


def flatten(answer: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Values by dotted path, without the missing ones.

    >>> flatten({"overall": "positive", "aspects": {"price": "mixed", "service": None}})
    {'overall': 'positive', 'aspects.price': 'mixed'}
    """
    return dict(_flat(answer, prefix))


def nest(values: Mapping[str, Any]) -> dict[str, Any]:
    """The answer that has these values by dotted path.

    >>> nest({"overall": "positive", "aspects.price": "mixed"})
    {'overall': 'positive', 'aspects': {'price': 'mixed'}}
    """
    answer: dict[str, Any] = {}
    for path, value in values.items():
        *groups, name = path.split(".")
        place = answer
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value
    return answer


def _flat(answer: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in answer.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is not None:
            yield prefix + name, value
