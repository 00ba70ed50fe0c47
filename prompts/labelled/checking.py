"""Whether an answer is one that a task can have, whole or with fields that are not given."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, Optional

from pydantic import BaseModel, ValidationError, create_model

from fewsight.answers import list_key
from fewsight.evidence import reference_range, unknown_references
from fewsight.prompts.answer.annotations import kind_of
from fewsight.prompts.answer.fields import field_paths, given_values, label_list, open_fields
from fewsight.prompts.answer.grammar import is_sayable
from fewsight.prompts.answer.several import folded, unfolded
from fewsight.prompts.answer.value_sets import value_texts
from fewsight.prompts.labelled.labels import plain_answer
from fewsight.prompts.labelled.lines import ShotError


def check_answer(
    answer: Any,  # noqa: ANN401 - any JSON
    output: type[BaseModel],
    events: int,
    *,
    partial: bool = False,
) -> dict[str, Any]:
    """The answer as a model writes it (`unfolded`) with its keys in the model's order, evidence included.

    With `partial`, fields may be missing; what is given is checked as strictly as in a whole answer.

    Raises:
        ShotError: the output model refuses it, it has keys that the model doesn't, or evidence that isn't E1..En.
    """
    if not isinstance(answer, Mapping):
        raise ShotError(f"'answer' is {answer!r}; write an object with the fields of {output.__name__}")
    answer = plain_answer(answer, output)
    kind = partial_output(output) if partial else output
    checked = _validated(answer if partial else folded(answer, output), kind, given_only=partial)
    if unknown := sorted(_unknown_keys(answer, checked, "answer")):
        raise ShotError(f"unknown {', '.join(unknown)}; {output.__name__} has {', '.join(output.model_fields)}")
    checked = unfolded(checked, output)
    _check_open(checked, output, events)
    if partial and _is_whole(checked, output):
        _validated(folded(answer, output), output)  # may check fields against each other
    return checked


@lru_cache(maxsize=64)
def partial_output(model: type[BaseModel]) -> type[BaseModel]:
    """The output model with every field optional, nested ones too; a list of labels is an object of yes and no.

    >>> from fewsight.prompts.loading.labelling import classification_task
    >>> partial_output(classification_task("toy_intent", ["a", "b"]).output)().model_dump()
    {'intent': None}
    """
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind: Any = info.annotation
        plain = kind_of(kind, info.metadata)
        if isinstance(plain.core, type) and issubclass(plain.core, BaseModel):
            fields[name] = (Optional[partial_output(plain.core)], None)  # noqa: UP045 - built from a value
            continue
        if labels := label_list(name, plain):
            keys: Any = Literal[tuple(map(list_key, labels.labels))]
            fields[name] = (Optional[dict[keys, bool]], None)  # noqa: UP045 - built from a value
            continue
        for mark in info.metadata:
            kind = Annotated[kind, mark]
        fields[name] = (Optional[kind], None)  # noqa: UP045 - built from a value, not written as a type
    return create_model(model.__name__, **fields)


def _validated(answer: Mapping[str, Any], output: type[BaseModel], *, given_only: bool = False) -> dict[str, Any]:
    computed = set(output.model_computed_fields)  # are not decoded, so must not be shown either
    try:
        read = output.model_validate_json(json.dumps(answer, default=str))
        checked: dict[str, Any] = read.model_dump(mode="json", exclude=computed, exclude_unset=given_only)
    except ValidationError as error:
        wrong = [f"answer.{'.'.join(map(str, e['loc']))}: {e['msg']} (got {e['input']!r})" for e in error.errors()]
        raise ShotError("; ".join(wrong)) from None
    return checked


def _check_open(checked: Mapping[str, Any], output: type[BaseModel], events: int) -> None:
    for field in open_fields(output):
        value = checked.get(field.path)
        if not is_sayable(field, value):
            few = ", ".join(value_texts(field.path, field.kind)[:3])
            raise ShotError(f"answer.{field.path} is {value!r}, which no answer can be; it can be {few}, ...")
        named = value if field.evidence is not None else None
        if wrong := unknown_references(named or (), events):
            shown = reference_range(events)
            raise ShotError(f"answer.{field.path} names {wrong}; this shot has {events} events: {shown}")


def _is_whole(checked: Mapping[str, Any], output: type[BaseModel]) -> bool:
    return set(given_values(checked, output)) == set(field_paths(output))


def _unknown_keys(given: Mapping[str, Any], checked: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in given.items():
        if key not in checked:
            yield f"{path}.{key}"
        elif isinstance(value, Mapping) and isinstance(checked[key], Mapping):
            yield from _unknown_keys(value, checked[key], f"{path}.{key}")
