"""Labels as they stand in files: told alike in every format, and those that a task doesn't have."""

import ast
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from pydantic import BaseModel

from fewsight.answers import changed_at, flatten, label_text, list_key
from fewsight.errors import did_you_mean
from fewsight.prompts.answer.fields import ClosedField, LabelList, closed_fields
from fewsight.prompts.answer.several import asked_labels, label_lists, unfolded
from fewsight.prompts.problems import Problems

MARKS: Final = ";|,\n；，、"
"""What stands between the labels of one cell."""

_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}
_WHOLE: Final = re.compile(r"([+-]?[0-9]+)\.0+")


def plain_label(cell: Any) -> str:  # noqa: ANN401 - any cell
    """A cell as the word of a label, the same for equal values of every file format.

    >>> [plain_label(cell) for cell in (True, "True", 7.0, "7.0", " refund ")]
    ['true', 'true', '7', '7', 'refund']
    """
    word = label_text(cell).strip()
    if whole := _WHOLE.fullmatch(word):
        return whole[1]
    return word.lower() if word.lower() in ("true", "false") else word


def known_label(cell: Any, labels: Sequence[str]) -> str | None:  # noqa: ANN401 - any cell
    """Which of the labels a cell means, by its text or by the same truth or number; None where it means none.

    >>> known_label("1", ("true", "false")), known_label(5.0, ("4", "5")), known_label("5", ("five",))
    ('true', '5', None)
    """
    word = label_text(cell)
    for text in (word, word.strip(), plain_label(cell)):
        if text in labels:
            return text
    truths = {_TRUTH.get(plain_label(label)): label for label in labels if label != "null"}
    return truths.get(_TRUTH.get(plain_label(cell))) if set(truths) == {True, False} else None


def split_labels(cell: Any, labels: Sequence[str]) -> list[str]:  # noqa: ANN401 - any cell
    """The labels of one cell: of a list, a list written as JSON or Python, or words between `;`, `,` or `|`.

    A label that holds such a mark is told from two labels by the longest label that fits. Words that are no label are
    in the result as they are.

    >>> split_labels("late; refund, exchange", ("late", "refund, exchange", "refund"))
    ['late', 'refund, exchange']
    """
    listed = written_list(cell)
    if listed is not None:
        return [known_label(item, labels) or label_text(item) for item in listed]
    if (whole := known_label(cell, labels)) is not None:
        return [whole]
    rest, result = label_text(cell).strip(), list[str]()
    by_length = sorted(labels, key=len, reverse=True)
    while rest:
        word = next((label for label in by_length if _opens(rest, label)), None)
        if word is None:
            word = re.split(f"[{MARKS}]", rest, maxsplit=1)[0]
        rest = rest[len(word) :].lstrip().lstrip(MARKS).lstrip()
        if word.strip():
            result.append(known_label(word, labels) or word.strip())
    return result


def _opens(text: str, label: str) -> bool:
    rest = text[len(label) :].lstrip(" \t")
    return bool(label) and text.startswith(label) and (not rest or rest[0] in MARKS)


def written_list(cell: Any) -> Sequence[Any] | None:  # noqa: ANN401 - any cell
    """The list that a cell is, or that stands in it as JSON or as Python writes it; None for others."""
    if isinstance(cell, list | tuple):
        return cell
    if not (isinstance(cell, str) and cell.strip().startswith("[") and cell.strip().endswith("]")):
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            listed = read(cell.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return listed if isinstance(listed, list) else None
    return None


def plain_answer(answer: Mapping[str, Any], output: type[BaseModel]) -> dict[str, Any]:
    """An answer as a model writes it (`unfolded`), with labels that mean one of the task's in its spelling."""
    result = dict(answer)
    for labels in label_lists(output):
        result = changed_at(result, labels.path, partial(_listed, labels))
    for field in closed_fields(output):
        if field.one_of is None:
            result = changed_at(result, field.path, partial(_single, field))
    return unfolded(result, output)


def _listed(labels: LabelList, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return value if value is None or isinstance(value, Mapping) else split_labels(value, labels.labels)


def _single(field: ClosedField, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    label = None if value is None or isinstance(value, list | Mapping) else known_label(value, field.labels)
    return value if label is None else field.value_of(label)


class UnknownLabels:
    """Collects labels that the task doesn't have, so that each is named once with its count."""

    def __init__(self, output: type[BaseModel]) -> None:
        self._count: Counter[tuple[str, str]] = Counter()
        self._line: dict[tuple[str, str], int] = {}
        self._labels = asked_labels(output)
        self._lists = {labels.path: frozenset(map(list_key, labels.labels)) for labels in label_lists(output)}
        self._fields = [field for field in closed_fields(output) if field.one_of is None]

    def check(self, answer: Mapping[str, Any], line: int) -> bool:
        """Whether all labels of an answer (`plain_answer`) are known; notes those that are not."""
        values, unknown = flatten(answer), list[tuple[str, str]]()
        for field in self._fields:
            value = values.get(field.path)
            if value is not None and not any(value == v and type(value) is type(v) for v in field.values):
                unknown.append((field.path, str(value)))
        for path, keys in self._lists.items():
            named = [name.removeprefix(f"{path}.") for name in values if name.startswith(f"{path}.")]
            unknown += [(path, name) for name in named if name not in keys]
        for key in unknown:
            self._count[key] += 1
            self._line.setdefault(key, line)
        return not unknown

    def report(self, problems: Problems) -> None:
        """One problem for each unknown label, the most frequent first."""
        for (path, label), count in self._count.most_common():
            where = f"line {self._line[path, label]}" + (f" and {count - 1} more" if count > 1 else "")
            problems.add(where, f"{path} is {label!r}, not a label.{did_you_mean(label, self._labels[path])}")
