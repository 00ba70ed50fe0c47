"""Read what task.toml says about a task; every problem goes into one list."""

import logging
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from fewsight.answers import flatten
from fewsight.errors import did_you_mean
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.columns import Columns
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import LANGUAGES, Language, NoneOfThese

logger = logging.getLogger(__name__)

_KEYS: Final = ("name", "version", "title", "none_of_these", "descriptions", "labelling", "columns", "outcome")
_GONE: Final = frozenset({"metrics"})
"""Keys that task folders of 0.1.0 have, and that nothing reads any more: warned of, so that they still load."""

_COLUMNS: Final = ("text", "labels", "customer_id", "time")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def is_name(word: str) -> bool:
    """Whether a word can name a task."""
    return _NAME.fullmatch(word) is not None


def read_toml(path: Path, problems: Problems) -> dict[str, Any] | None:
    """The keys of a task.toml; None where it can't be read."""
    try:
        facts = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        problems.add(path.name, f"can't be read ({error.strerror}); `fewsight tasks new NAME` writes a starter folder")
    except UnicodeDecodeError as error:
        problems.add(path.name, f"byte {error.start} is not UTF-8; save the file as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problems.add(path.name, f"not TOML: {error}")
    else:
        for key in facts:
            if key in _GONE:
                logger.warning("%s: %r is no longer read; remove it", path, key)
            elif key not in _KEYS:
                problems.add(path.name, f"unknown key {key!r}.{did_you_mean(key, _KEYS)}")
        return facts
    return None


def read_word(facts: Mapping[str, Any], key: str, problems: Problems) -> str:
    """A text that must be there; empty where it isn't."""
    value = facts.get(key)
    if isinstance(value, str) and value.strip():
        return value
    problems.add("task.toml", f"{key} is {value!r}; write some text" if key in facts else f"{key!r} is missing")
    return ""


def check_names(words: Mapping[str, str], folder: Path, problems: Problems) -> None:
    """Name and version must be well formed, and the name that of the folder."""
    name, version = words["name"], words["version"]
    if name and not is_name(name):
        problems.add("task.toml", f"name is {name!r}; use letters, digits, '_' and '-', and begin with a letter")
    elif name and name != folder.resolve().name:
        problems.add("task.toml", f"name is {name!r} but the folder is {folder.resolve().name!r}; give both one name")
    if version and not re.fullmatch(r"v[0-9]+", version):
        problems.add("task.toml", f"version is {version!r}; write v1, v2, ...")


def read_descriptions(
    value: Any,  # noqa: ANN401 - any TOML
    labels: Mapping[str, Sequence[str]],
    problems: Problems,
) -> dict[Language, dict[str, dict[str, str]]]:
    """Descriptions by language, field path and label; each must belong to one of the `labels` by path."""
    result: dict[Language, dict[str, dict[str, str]]] = {}
    for language, tables in (value if isinstance(value, dict) else {"": value}).items():
        if language not in LANGUAGES or not isinstance(tables, dict):
            problems.add("task.toml", f"descriptions.{language} is not a table for en or zh")
            continue
        result[language] = {}
        for path, label, text in _leaves(tables):
            where = f"[descriptions.{language}] {path}"
            if path not in labels:
                problems.add("task.toml", f"{where} is not a closed field.{did_you_mean(path, labels)}")
            elif label not in labels[path]:
                problems.add("task.toml", f"{where} has no label {label!r}.{did_you_mean(label, labels[path])}")
            elif not isinstance(text, str):
                problems.add("task.toml", f"{where} {label!r} is {text!r}; write some text")
            else:
                result[language].setdefault(path, {})[label] = text
    return result


def _leaves(table: Mapping[str, Any], path: str = "") -> list[tuple[str, str, Any]]:
    """(field path, label, text): `[descriptions.en.aspects.price]` and a quoted "aspects.price" are the same."""
    leaves: list[tuple[str, str, Any]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            leaves += _leaves(value, f"{path}.{key}" if path else key)
        else:
            leaves.append((path, key, value))
    return leaves


def read_none_of_these(
    value: Any,  # noqa: ANN401 - any TOML
    closed: tuple[ClosedField, ...],
    problems: Problems,
) -> NoneOfThese | None:
    """The label, and perhaps threshold, for what is out of scope; the label must be one of the first field."""
    if value is None:
        return None
    label = value.get("label") if isinstance(value, dict) else None
    threshold = value.get("threshold") if isinstance(value, dict) else None
    labels = closed[0].labels if closed else ()
    if label not in labels:
        problems.add("task.toml", f"none_of_these.label is {label!r}, not a label.{did_you_mean(str(label), labels)}")
    if threshold is not None and not (isinstance(threshold, float) and 0 < threshold < 1):
        problems.add("task.toml", f"none_of_these.threshold is {threshold!r}; write a probability such as 0.3")
    return NoneOfThese(str(label), threshold)


def read_columns(value: Any, paths: Sequence[str], problems: Problems) -> Columns | None:  # noqa: ANN401 - any TOML
    """The columns of labelled tables: `text`, perhaps `customer_id` and `time`, and `labels` by the field's path."""
    if value is None:
        return None
    columns = value if isinstance(value, dict) else {"": value}
    given = columns.get("labels", {})
    labels = flatten(given) if isinstance(given, dict) else {"": given}
    named = {key: name for key, name in columns.items() if key != "labels"}
    for key, name in {**named, **{f"labels.{path}": name for path, name in labels.items()}}.items():
        if key.partition(".")[0] not in _COLUMNS:
            problems.add("task.toml", f"[columns] has an unknown key {key!r}.{did_you_mean(key, _COLUMNS)}")
        elif not isinstance(name, str):
            problems.add("task.toml", f"columns.{key} is {name!r}; write the name of a column")
    for path in labels:
        if path not in paths:
            problems.add("task.toml", f"columns.labels names {path!r}, which is no field.{did_you_mean(path, paths)}")
    return Columns(named.get("text", "text"), labels, named.get("customer_id"), named.get("time"))
