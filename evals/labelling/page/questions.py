"""What is asked about a row: each closed field with its labels, and evidence where the task has it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from fewsight.answers import label_text, split_path, value_at
from fewsight.events import CustomerHistory
from fewsight.evidence import reference
from fewsight.prompts.answer.fields import ClosedField, OpenField, closed_fields, open_fields
from fewsight.prompts.answer.several import label_lists
from fewsight.prompts.labelled.lines import ShotError
from fewsight.prompts.labelled.shots import make_shot
from fewsight.prompts.task import Task


@dataclass(frozen=True, slots=True)
class Question:
    """One field as the page asks it. `least` and `most` labels can be chosen; where `is_list` is false, both are 1.

    `none` is the label of the task that says that no other fits; where it has none, the field is left open.
    """

    path: str
    title: str
    hint: str
    labels: tuple[tuple[str, str], ...]
    is_list: bool = False
    least: int = 1
    most: int = 1
    none: str | None = None


@dataclass(frozen=True)
class Questions:
    """All questions of a task; what the page sends comes back as values of a labelled row."""

    task: Task

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """In the order of the task's answer."""
        lists = {labels.path: labels for labels in label_lists(self.task.output)}
        paths = dict.fromkeys(field.one_of.path if field.one_of else field.path for field in self._closed)
        questions = []
        for path in paths:
            if path in lists:
                one = lists[path]
                most = min(one.most, len(one.labels))
                questions.append(self._question(path, one.labels, is_list=True, least=one.least, most=most))
            else:
                labels = next(field.labels for field in self._closed if field.path == path)
                questions.append(self._question(path, labels))
        return tuple(questions)

    @cached_property
    def evidence(self) -> OpenField | None:
        """The field that names the events that show the answer, where the task has one."""
        return next((field for field in open_fields(self.task.output) if field.evidence is not None), None)

    def described(self) -> dict[str, Any]:
        """As the page reads it."""
        evidence = self.evidence.evidence if self.evidence else 0
        return {"questions": [asdict(one) for one in self.asked], "evidence": evidence}

    def values(
        self, chosen: Mapping[str, str | list[str]], evidence: list[str], history: CustomerHistory
    ) -> dict[str, Any]:
        """Values of a labelled row by dotted path.

        Args:
            chosen: by path a label, or labels of a list, as words. Fields that were left open are not in it.
            evidence: of the history's events, as E1..En. Where there is one event, it is the evidence of what is said.
            history: as the input has it.

        Raises:
            ShotError: no labelled row may hold this.
        """
        values = {one.path: self._value(one.path, chosen[one.path]) for one in self.asked if one.path in chosen}
        shown = evidence or ([reference(1)] if len(history.events) == 1 and values else [])
        if self.evidence is not None and shown and self.evidence.evidence:
            values[self.evidence.path] = shown
        return values

    def _value(self, path: str, chosen: str | list[str]) -> Any:  # noqa: ANN401 - any label
        """The value that a label stands for; what is no label stays as it is, for `check` to refuse."""
        if labels := next((one for one in label_lists(self.task.output) if one.path == path), None):
            if not isinstance(chosen, list) or not labels.least <= len(set(chosen)) <= labels.most:
                raise ShotError(f"{path} is {chosen!r}; choose {labels.least} to {labels.most} labels")
            known = dict(zip(labels.labels, labels.values, strict=True))
            return [known.get(label, label) for label in dict.fromkeys(chosen)]
        field = next((field for field in self._closed if field.path == path), None)
        return field.value_of(chosen) if field and chosen in field.labels else chosen

    def labels(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Of a labelled row, what was chosen, as the page sent it."""
        chosen: dict[str, Any] = {}
        for one in self.asked:
            group, name = split_path(one.path)
            place = value_at(answer, group) if group else answer
            if isinstance(place, Mapping) and name in place:
                value = place[name]
                chosen[one.path] = [label_text(v) for v in value] if isinstance(value, list) else label_text(value)
        return chosen

    def check(self, row: Mapping[str, Any]) -> None:
        """Whether training would read this row.

        Raises:
            ShotError: it would not.
        """
        make_shot(row, self.task.output, None, partial=True)

    @property
    def paths(self) -> set[str]:
        """Of all questions."""
        return {one.path for one in self.asked}

    @property
    def _closed(self) -> tuple[ClosedField, ...]:
        return closed_fields(self.task.output)

    def _question(self, path: str, labels: tuple[str, ...], **more: Any) -> Question:  # noqa: ANN401 - of Question
        words = self.task.descriptions.get("en", {}).get(path, {})
        none = self.task.none_of_these.label if self.task.none_of_these else None
        return Question(
            path,
            path.replace(".", ": ").replace("_", " "),
            _hint(self.task.output, path),
            tuple((label, words.get(label, "")) for label in labels),
            none=none if none in labels else None,
            **more,
        )


def _hint(model: type[BaseModel], path: str) -> str:
    """What the output model says of a field."""
    head, _, rest = path.partition(".")
    info = model.model_fields[head]
    inner = info.annotation
    if rest and isinstance(inner, type) and issubclass(inner, BaseModel):
        return _hint(inner, rest)
    return info.description or ""
