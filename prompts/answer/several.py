"""Lists of labels: lists where people read and write answers, one yes or no for each label where a model does."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from pydantic import BaseModel

from fewsight.answers import changed_at, label_text, list_key
from fewsight.prompts.answer.fields import LabelList, closed_fields, field_paths


@lru_cache(maxsize=256)
def label_lists(model: type[BaseModel]) -> tuple[LabelList, ...]:
    """All lists of labels in the order of the answer."""
    return tuple(dict.fromkeys(field.one_of for field in closed_fields(model) if field.one_of is not None))


def asked_labels(model: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """The labels that can be answered, by the path that people know: a list's labels stand under the list."""
    return {
        field.one_of.path if field.one_of else field.path: field.one_of.labels if field.one_of else field.labels
        for field in closed_fields(model)
    }


def asked_paths(model: type[BaseModel]) -> tuple[str, ...]:
    """The paths of all fields in the order of the answer; a list of labels is one."""
    lists = {field.path: field.one_of.path for field in closed_fields(model) if field.one_of}
    return tuple(dict.fromkeys(lists.get(path, path) for path in field_paths(model)))


def unfolded(answer: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """The answer as a model writes it: each list of labels says true or false of each.

    Labels that a list can't have are kept as true, for whoever checks it.
    """
    return _changed(answer, model, _yes_or_no)


def folded(answer: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """The answer as people read it: lists of labels. What doesn't answer all labels of a list stays as it is."""
    return _changed(answer, model, _chosen)


def held(labels: LabelList, shares: Sequence[float], chosen: Sequence[str]) -> tuple[str, ...]:
    """What was chosen ('true' or 'false') for each label of a list, with the list's shortest and longest length held.

    Where too many labels were chosen, the likeliest are kept; where too few were, the likeliest others are added.
    `shares` are the probabilities that a label belongs to the list.

    >>> held(LabelList("topics", ("a", "b", "c"), ("a", "b", "c"), 1, 1), (0.6, 0.9, 0.1), ("true", "true", "false"))
    ('false', 'true', 'false')
    """
    named = [place for place, label in enumerate(chosen) if label == "true"]
    length = min(max(len(named), labels.least), labels.most)
    if length == len(named):
        return tuple(chosen)
    order = sorted(range(len(chosen)), key=lambda place: ((chosen[place] != "true"), -shares[place]))
    kept = set(order[:length])
    return tuple("true" if place in kept else "false" for place in range(len(chosen)))


def _yes_or_no(labels: LabelList, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(value, list | tuple):
        return value
    named = dict.fromkeys(list_key(label_text(label)) for label in value)
    keys = [list_key(label) for label in labels.labels]
    return {key: key in named for key in dict.fromkeys([*keys, *named])}


def _chosen(labels: LabelList, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    keys = [list_key(label) for label in labels.labels]
    if not isinstance(value, Mapping) or set(value) != set(keys):
        return value
    if not all(isinstance(said, bool) for said in value.values()):
        return value
    return [one for key, one in zip(keys, labels.values, strict=True) if value[key]]


def _changed(
    answer: Mapping[str, Any], model: type[BaseModel], change: Callable[[LabelList, Any], Any]
) -> dict[str, Any]:
    result = dict(answer)
    for labels in label_lists(model):
        result = changed_at(result, labels.path, partial(change, labels))
    return result
