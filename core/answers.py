"""An answer's values by dotted path, and closed values as labels: the names that rows and probabilities share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any


def flatten(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an answer by dotted path; nested mappings are opened, lists are not, and None is left out.

    >>> flatten({"overall": "positive", "aspects": {"price": "mixed", "service": None}})
    {'overall': 'positive', 'aspects.price': 'mixed'}
    """
    return dict(_leaves(answer, ""))


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


def value_at(answer: Mapping[str, Any] | None, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value at a dotted path; None where the answer has none.

    >>> value_at({"aspects": {"price": "mixed"}}, "aspects.price")
    'mixed'
    """
    value: Any = answer
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def scored_value(answer: Mapping[str, Any] | None, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value that was scored at a dotted path: `value_at`, and of a label of a list whether the list has it.

    >>> scored_value({"topics": ["price"]}, "topics.price"), scored_value({"topics": ["price"]}, "topics.service")
    (True, False)
    """
    group, name = split_path(path)
    labels = value_at(answer, group) if group else None
    if isinstance(labels, list | tuple):
        return name in (list_key(label_text(label)) for label in labels)
    return value_at(answer, path)


def labelled_values(answer: Mapping[str, Any], probabilities: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The values of an answer by dotted path: `flatten`, with a yes or no for each label of a list that was scored, and
    None where that was a label to choose.

    >>> labelled_values({"topics": ["price"]}, {"topics.price": {"true": 0.9}, "topics.size": {"true": 0.1}})
    {'topics': ['price'], 'topics.price': True, 'topics.size': False}
    """
    values = flatten(answer)
    for path, shares in probabilities.items():
        if path not in values:
            value = scored_value(answer, path)
            if value is not None or "null" in shares:
                values[path] = value
    return values


def list_shares(probabilities: Mapping[str, Mapping[str, float]], path: str) -> dict[str, float]:
    """How likely each label of a list at a path is to be in it, by its `list_key`; empty where none was scored.

    >>> list_shares({"topics.price": {"true": 0.9, "false": 0.1}, "mood": {"good": 1.0}}, "topics")
    {'price': 0.9}
    """
    start = f"{path}."
    return {
        key.removeprefix(start): shares["true"]
        for key, shares in probabilities.items()
        if key.startswith(start) and "true" in shares
    }


def changed_at(answer: Mapping[str, Any], path: str, change: Callable[[Any], Any]) -> dict[str, Any]:
    """The answer with the value at a dotted path changed; as it is where it has none.

    >>> changed_at({"aspects": {"price": "mixed"}}, "aspects.price", str.upper)
    {'aspects': {'price': 'MIXED'}}
    """
    name, _, rest = path.partition(".")
    if name not in answer:
        return dict(answer)
    value = answer[name]
    if not rest:
        value = change(value)
    elif isinstance(value, Mapping):
        value = changed_at(value, rest, change)
    return {**answer, name: value}


def list_key(label: str) -> str:
    """The last word of a path that asks whether a list has a label; a dot would begin another word.

    >>> list_key("late delivery"), list_key("No. 5")
    ('late delivery', 'No_ 5')
    """
    return label.replace(".", "_")


def split_path(path: str) -> tuple[str, str]:
    """The group that a field stands in ('' at the top), and its own name.

    >>> split_path("aspects.price"), split_path("overall")
    (('aspects', 'price'), ('', 'overall'))
    """
    group, _, name = path.rpartition(".")
    return group, name


def without_remarks(paths: Iterable[str]) -> list[str]:
    """Paths but those that only say something about a value beside them, as how it is known.

    >>> without_remarks(["home.value", "home.basis", "aspects.price"])
    ['home.value', 'aspects.price']
    """
    known = list(paths)
    groups = {group for group, name in map(split_path, known) if group and name == "value"}
    return [path for path in known if path.rpartition(".")[0] not in groups or path.endswith(".value")]


def label_text(value: str | float | None) -> str:
    """A closed value as probabilities name it: JSON's words for true, false and null, and others as they are.

    >>> label_text(True), label_text("refund"), label_text(5), label_text(None)
    ('true', 'refund', '5', 'null')
    """
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _leaves(answer: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in answer.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        elif value is not None:
            yield prefix + name, value
