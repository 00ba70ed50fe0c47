"""Whether an answer is one that a task can have, whole or with fields that are not given."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Optional

from pydantic import BaseModel, ValidationError, create_model

from fewsight.answers import flatten
from fewsight.evidence import reference_range, unknown_references
from fewsight.prompts.answer.fields import field_paths, open_fields
from fewsight.prompts.labelled.lines import ShotError


def check_answer(
    answer: Any,  # noqa: ANN401 - any JSON
    output: type[BaseModel],
    events: int,
    *,
    partial: bool = False,
) -> dict[str, Any]:
    """The answer with its keys in the model's order, evidence included.

    With `partial`, fields may be missing, and are None then; what is given is checked as strictly as in a whole answer.

    Raises:
        ShotError: the output model refuses it, it has keys that the model doesn't, or evidence that isn't E1..En.
    """
    if not isinstance(answer, Mapping):
        raise ShotError(f"'answer' is {answer!r}; write an object with the fields of {output.__name__}")
    checked = _validated(answer, partial_output(output) if partial else output)
    if unknown := sorted(_unknown_keys(answer, checked, "answer")):
        raise ShotError(f"unknown {', '.join(unknown)}; {output.__name__} has {', '.join(checked)}")
    _check_evidence(checked, output, events)
    if partial and _is_whole(checked, output):
        _validated(answer, output)  # may check fields against each other
    return checked


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


def _validated(answer: Mapping[str, Any], output: type[BaseModel]) -> dict[str, Any]:
    computed = set(output.model_computed_fields)  # are not decoded, so must not be shown either
    try:
        checked: dict[str, Any] = output.model_validate(dict(answer)).model_dump(mode="json", exclude=computed)
    except ValidationError as error:
        wrong = [f"answer.{'.'.join(map(str, e['loc']))}: {e['msg']} (got {e['input']!r})" for e in error.errors()]
        raise ShotError("; ".join(wrong)) from None
    return checked


def _check_evidence(checked: Mapping[str, Any], output: type[BaseModel], events: int) -> None:
    for field in open_fields(output):
        named = checked[field.path] if field.evidence is not None else None
        if wrong := unknown_references(named or (), events):
            shown = reference_range(events)
            raise ShotError(f"answer.{field.path} names {wrong}; this shot has {events} events: {shown}")


def _is_whole(checked: Mapping[str, Any], output: type[BaseModel]) -> bool:
    return set(flatten(checked)) == set(field_paths(output))


def _unknown_keys(given: Mapping[str, Any], checked: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in given.items():
        if key not in checked:
            yield f"{path}.{key}"
        elif isinstance(value, Mapping) and isinstance(checked[key], Mapping):
            yield from _unknown_keys(value, checked[key], f"{path}.{key}")
