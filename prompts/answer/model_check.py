"""Whether an output model can be answered at all: everything that is wrong with it, before anything runs.

Types and bounds are held against what the grammar can do. Then answers that it allows are put to the model itself: one
for each label, and one for each end of a bound. What only a validator refuses is a check and no mistake.
"""

import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, get_args, get_origin

from annotated_types import MaxLen, MinLen
from pydantic import BaseModel, ValidationError

from fewsight.answers import list_key, nest
from fewsight.errors import TaskError
from fewsight.evidence import reference
from fewsight.prompts.answer.annotations import Kind, kind_of
from fewsight.prompts.answer.fields import ClosedField, LabelList, OpenField, closed_fields, open_fields
from fewsight.prompts.answer.grammar import value_pattern
from fewsight.prompts.answer.several import label_lists
from fewsight.prompts.answer.value_sets import value_texts
from fewsight.prompts.problems import Problems

_CHECKS: Final = frozenset({"value_error", "assertion_error"})
"""What Pydantic calls the refusals of validators."""

_MOST: Final = 1000
"""Labels of a field that are tried."""


@lru_cache(maxsize=256)
def check_model(model: type[BaseModel]) -> None:
    """Refuse an output model that has a field which can't be answered.

    Raises:
        TaskError: all that is wrong with it.
    """
    problems = Problems(f"Output model {model.__name__}")
    for problem in model_problems(model):
        problems.add("", problem)
    problems.raise_any()


def model_problems(model: type[BaseModel]) -> list[str]:
    """What is wrong with an output model, in sentences that say what to write instead; empty where all is well."""
    problems = []
    try:
        closed, written = closed_fields(model), open_fields(model)
    except TaskError as error:
        return [str(error)]
    problems += [problem for field in closed for problem in _same_words(field.path, field.labels)]
    for labels in label_lists(model):
        problems += _list_problems(labels)
    for field in written:
        try:
            value_pattern(field, 3)
        except TaskError as error:
            problems.append(str(error))
    if not problems and (closed or written):
        problems += _refused(model, closed, written)
    return problems


def _same_words(path: str, labels: tuple[str, ...]) -> list[str]:
    return [
        f"Field {path!r} has two values that are both written {label!r}; leave one out."
        for label, count in Counter(labels).items()
        if count > 1
    ]


def _list_problems(labels: LabelList) -> list[str]:
    problems = _same_words(labels.path, tuple(map(list_key, labels.labels)))
    if labels.least > min(labels.most, len(labels.labels)) or labels.most < 1:
        problems.append(
            f"Field {labels.path!r}: min_length={labels.least} and max_length={labels.most} leave no list of its "
            f"{len(labels.labels)} labels; mend them."
        )
    return problems


def _refused(model: type[BaseModel], closed: tuple[ClosedField, ...], written: tuple[OpenField, ...]) -> list[str]:
    """What the model says of answers that the grammar allows, each complaint once."""
    samples = _samples(closed, written)
    usual = {path: values[0] for path, values in samples.items()}
    problems: dict[str, None] = {}
    for path, values in samples.items():
        for value in values:
            problems.update(dict.fromkeys(_complaints(model, {**usual, path: value}, samples)))
    return list(problems)


def _complaints(model: type[BaseModel], values: dict[str, Any], paths: dict[str, Any]) -> Iterator[str]:
    try:
        answer = model.model_validate_json(json.dumps(nest(values)))
    except ValidationError as error:
        for one in error.errors():
            if one["type"] not in _CHECKS:
                yield _complaint(".".join(map(str, one["loc"])), one["type"], one["msg"], one["input"], paths)
    except Exception as error:  # a validator is the author's code
        yield (
            f"A validator raises {type(error).__name__}: {error}; let it raise ValueError where it refuses an answer."
        )
    else:
        kept = answer.model_dump(mode="json")
        for path in paths:
            place: Any = kept
            for name in path.split("."):
                place = place.get(name, ...) if isinstance(place, dict) else ...
            if place is ...:
                yield f"Field {path!r} is left out when an answer is written down; take away its exclude."


def _complaint(path: str, kind: str, message: str, given: Any, paths: dict[str, Any]) -> str:  # noqa: ANN401
    if kind == "missing" and path not in paths:
        return f"A field is read as {path!r}, an alias; name the field itself so, and leave the alias out."
    if kind == "extra_forbidden":
        return f"Field {path!r} is not read under its name; leave its alias out."
    return (
        f"Field {path!r} can be answered with {given!r}, which the model refuses: {message}. Leave that constraint "
        "out, or check it in a validator."
    )


def _samples(closed: tuple[ClosedField, ...], written: tuple[OpenField, ...]) -> dict[str, list[Any]]:
    samples: dict[str, list[Any]] = {}
    for field in closed:
        if field.one_of is None:
            samples[field.path] = list(field.values[:_MOST])
        elif field.one_of.path not in samples:
            samples[field.one_of.path] = _lists(field.one_of)
    for one in written:
        samples[one.path] = _written(one)
    return samples


def _lists(labels: LabelList) -> list[list[Any]]:
    """Lists that together hold each label, as short and as long as may be."""
    around = labels.values * 2
    short, long = max(labels.least, 1), min(labels.most, len(labels.values))
    one_each = [list(around[i : i + short]) for i in range(min(len(labels.values), _MOST))]
    return [*one_each, list(around[:long]), *([[]] if not labels.least else [])]


def _written(field: OpenField) -> list[Any]:
    if field.evidence is not None:
        return [[], [reference(1)], [reference(number + 1) for number in range(field.evidence)]]
    kind = field.kind
    if get_origin(kind.core) is list:
        least, most = kind.bound(MinLen, "min_length") or 0, kind.bound(MaxLen, "max_length")
        items = _plain(field.path, kind_of(*get_args(kind.core)))
        values: list[Any] = [[item] * max(least, 1) for item in items] + [[items[0]] * least, [items[0]] * most]
    else:
        values = _plain(field.path, kind)
    return [*values, None] if kind.nullable else values


def _plain(path: str, kind: Kind) -> list[Any]:
    if kind.core is str:
        least, most = kind.bound(MinLen, "min_length") or 1, kind.bound(MaxLen, "max_length") or 1
        return ["A" + "b" * (length - 1) for length in (least, max(most, least))]
    texts = value_texts(path, kind)
    tried = texts if len(texts) <= _MOST else (*texts[:2], *texts[-2:])
    return [json.loads(text) for text in tried]
