"""Answers in which fields may be missing, checked as strictly as whole ones."""

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
