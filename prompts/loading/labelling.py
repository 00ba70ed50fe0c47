"""Tasks that give a text one label or several, built from a list of labels and, for shots, texts that have theirs.

Labels may hold any characters: they are escaped where they are decoded. They are compared exactly.
"""

import keyword
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, create_model

from fewsight.errors import TaskError, did_you_mean
from fewsight.prompts.answer.several import label_lists
from fewsight.prompts.labelled.labels import known_label, split_labels
from fewsight.prompts.labelled.lines import ShotError
from fewsight.prompts.labelled.shots import make_shot
from fewsight.prompts.loading.label_doubts import warn_of_labels
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import LANGUAGES, STYLES, Language, NoneOfThese, Shot, Style, Task

if TYPE_CHECKING:
    import pandas as pd

VERSION: Final = "v1"
NOTHING_FITS: Final[dict[Language, str]] = {"en": "none of the other labels fits", "zh": "其他标签都不符合"}
"""The description of a 'none of these' label that has no other."""

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"


def classification_task(
    name: str,
    labels: Sequence[str] | Mapping[str, str],
    *,
    several: bool = False,
    field: str | None = None,
    examples: "pd.DataFrame | Iterable[tuple[str, str | Sequence[str]]] | None" = None,
    none_of_these: str | NoneOfThese | None = None,
    title: str | None = None,
) -> Task:
    """A task that gives each customer's texts one of `labels`, or with `several` a list of them, each with a yes or no.

    `labels` may map each label to its description. `field` is the answer's field, by default the last word of `name`
    where that can be one. `examples` are (text, label) pairs (a list of labels where there are `several`), or a table
    with the columns `text` and `field` or `label`; they become the shot pool. `none_of_these` is the label of what is
    out of scope (added where it is not among `labels`), or a `NoneOfThese` with a threshold as well.

    Raises:
        TaskError: labels that are empty, repeated or fewer than two, a field that can't be one, examples with no text
            or with a label that is not among `labels`; all of them at once. A list has no label for none of these.

    >>> task = classification_task("toy_intent", ["refund", "delivery?"], examples=[("Where is it?", "delivery?")])
    >>> task.shots[0].answer
    {'intent': 'delivery?'}
    """
    if isinstance(none_of_these, str):
        none_of_these = NoneOfThese(none_of_these)
    words = list(labels)
    if none_of_these and none_of_these.label not in words:
        words.append(none_of_these.label)
    field = field or default_field(name)
    output = labelling_output({"field": field, "labels": words, "several": several})
    if several and none_of_these:
        raise TaskError(f"Task {name!r}: a list of no labels says that none fits; leave none_of_these out.")
    warn_of_labels(name, {field: words}, [none_of_these.label] if none_of_these else [])
    described = dict(labels) if isinstance(labels, Mapping) else {}
    return Task(
        name=name,
        version=VERSION,
        title=title or default_title(name),
        output=output,
        templates=labelling_templates(several),
        descriptions={language: {field: _described(described, none_of_these, language)} for language in LANGUAGES},
        shots=_shots(name, examples, field, words, output),
        none_of_these=none_of_these,
    )


def labelling_output(facts: object) -> type[BaseModel]:
    """The output model of `[labelling]` with `field` and `labels`: one field with one of the labels, or `several`.

    Raises:
        TaskError: everything that is wrong with them.
    """
    problems = Problems("[labelling]")
    facts = facts if isinstance(facts, Mapping) else {}
    field, labels = facts.get("field"), facts.get("labels")
    several = facts.get("several", False)
    if unknown := [key for key in facts if key not in ("field", "labels", "several")]:
        problems.add("", f"unknown keys {unknown}; it has field, labels and perhaps several")
    if not isinstance(several, bool):
        problems.add("several", f"{several!r} is neither true nor false")
    if not isinstance(field, str) or not _can_be_field(field):
        problems.add("field", f"{field!r} can't name a field; use a word such as 'label'")
    if not isinstance(labels, list):
        problems.add("labels", f"{labels!r} is not a list of labels")
    else:
        _check_labels(labels, problems)
    problems.raise_any()
    return _output(str(field), tuple(labels or ()), bool(several))


def labelling_templates(several: bool = False) -> dict[tuple[Language, Style], str]:
    """The templates that labelling tasks share, those for one label or for several."""
    name = "labelling_several" if several else "labelling"
    return {
        (language, style): (_TEMPLATES / f"{name}.{style}.{language}.{VERSION}.jinja").read_text("utf-8")
        for language in LANGUAGES
        for style in STYLES
    }


def _described(labels: Mapping[str, str], none_of_these: NoneOfThese | None, language: Language) -> dict[str, str]:
    usual = {none_of_these.label: NOTHING_FITS[language]} if none_of_these else {}
    return {**usual, **labels}


def default_field(name: str) -> str:
    """The last word of a task's name where that can be a field, else 'label'.

    >>> default_field("banking_intent"), default_field("my-schema"), default_field("top3")
    ('intent', 'label', 'top3')
    """
    last = name.replace("-", "_").rpartition("_")[2]
    return last if _can_be_field(last) else "label"


def default_title(name: str) -> str:
    """A task's name as words.

    >>> default_title("banking_intent")
    'Banking intent'
    """
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=64)
def _output(field: str, labels: tuple[str, ...], several: bool) -> type[BaseModel]:
    annotation: Any = list[Literal[labels]] if several else Literal[labels]  # type: ignore[valid-type] # by value
    fields: dict[str, Any] = {field: (annotation, ...)}
    return create_model("Output", **fields)


def _can_be_field(word: str) -> bool:
    taken = word.startswith(("_", "model_")) or hasattr(BaseModel, word)
    return word.isidentifier() and not keyword.iskeyword(word) and not taken


def _check_labels(labels: Sequence[object], problems: Problems) -> None:
    seen: set[object] = set()
    for place, label in enumerate(labels, 1):
        if not isinstance(label, str) or not label.strip():
            problems.add(f"label {place}", f"{label!r} is not a word")
        elif label in seen:
            problems.add(f"label {place}", f"{label!r} is there twice")
        elif not _is_text(label):
            problems.add(f"label {place}", f"{label!r} holds half a character (a lone surrogate)")
        else:
            seen.add(label)
    if len(seen) < 2:
        problems.add("labels", f"{len(seen)} different; there must be at least two to choose from")


def _is_text(label: str) -> bool:
    try:
        label.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shots(
    name: str,
    examples: "pd.DataFrame | Iterable[tuple[str, str | Sequence[str]]] | None",
    field: str,
    labels: Sequence[str],
    output: type[BaseModel],
) -> tuple[Shot, ...]:
    problems = Problems(f"The examples of task {name!r}")
    shots: list[Shot] = []
    several = bool(label_lists(output))
    for number, (text, label) in enumerate(_pairs(examples, field, problems), 1):
        said = split_labels(label, labels) if several else [known_label(label, labels) or label]
        if unknown := [one for one in said if one not in labels]:
            hint = did_you_mean(unknown[0], labels) if isinstance(unknown[0], str) else ""
            problems.add(f"example {number}", f"label {unknown[0]!r} is not among the task's labels.{hint}")
            continue
        data = {"id": f"example-{number:07d}", "text": text, "answer": {field: said if several else said[0]}}
        try:
            shots.append(make_shot(data, output, None))
        except ShotError as error:
            problems.add(f"example {number}", error)
    problems.raise_any()
    return tuple(shots)


def _pairs(
    examples: "pd.DataFrame | Iterable[tuple[str, str | Sequence[str]]] | None", field: str, problems: Problems
) -> Iterable[tuple[object, object]]:
    columns = getattr(examples, "columns", None)
    if examples is None or columns is None:
        return examples or ()
    label = field if field in columns else "label"
    if missing := [column for column in ("text", label) if column not in columns]:
        problems.add("columns", f"{missing} missing; the table has {list(columns)}")
        return ()
    return zip(examples["text"], examples[label], strict=True)  # type: ignore[index] # it has columns: a DataFrame
