"""An arm without a language model."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fewsight.digest import digest
from fewsight.errors import InputError
from fewsight.evals.arms.answers import Answers, Parts, RowAnswer
from fewsight.evals.arms.classic_models import classified
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.spec import ArmSpec
from fewsight.evals.report.model import Cost
from fewsight.files import write_text
from fewsight.masking import Pseudonymizer
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.labelled import GoldRow
from fewsight.texts.classic import Classified
from fewsight.texts.documents import document


@dataclass(frozen=True)
class ClassicArm:
    """Learns each closed field by itself from masked documents; it is fitted once, and what it answered is kept."""

    spec: ArmSpec
    context: Context

    def answer(self, parts: Parts) -> Answers:
        """Fit on the training rows, then answer all others.

        Raises:
            InputError: no training row gives a field that a test row gives.
        """
        rows = self.context.rows_for(self.spec)
        shown = {part: [self._read(row) for row in asked] for part, asked in parts.items()}
        learned = [(self._read(row), row) for row in rows]
        told = [[(text, sorted(row.values.items(), key=str)) for text, row in learned], shown]
        path = self.context.place(self.spec) / f"answers-{digest(json.loads(json.dumps(told, default=str)))[:16]}.json"
        if not path.exists():
            write_text(path, json.dumps(self._answered(learned, shown, parts)))
        known = json.loads(path.read_text(encoding="utf-8"))
        seconds = known["seconds"] * len(parts["test"]) / max(sum(map(len, parts.values())), 1)
        cost = Cost(seconds=seconds, training_seconds=known["training_seconds"], labels=len(rows))
        return Answers(_by_row(known["fields"], parts), self._priced(cost, len(parts["test"])))

    def _read(self, row: GoldRow) -> str:
        history = row.history if row.is_masked else Pseudonymizer().mask(row.history).history
        return document(history)

    def _answered(
        self, learned: Sequence[tuple[str, GoldRow]], shown: dict[str, list[str]], parts: Parts
    ) -> dict[str, Any]:
        found = {}
        asked = [text for texts in shown.values() for text in texts]
        for field in closed_fields(self.context.task.output):
            if any(field.path in row.values for rows in parts.values() for row in rows):
                found[field.path] = self._field(learned, field, asked)
        return {
            "fields": {path: one.answers for path, one in found.items()},
            "seconds": sum(one.answering for one in found.values()),
            "training_seconds": sum(one.fitting for one in found.values()),
        }

    def _field(self, learned: Sequence[tuple[str, GoldRow]], field: ClosedField, asked: Sequence[str]) -> Classified:
        rows = [(text, field.label_of(row.values[field.path])) for text, row in learned if field.path in row.values]
        if not rows:
            raise InputError(f"Arm {self.spec.name!r}: no training row gives {field.path!r}, and test rows do.")
        texts, labels = zip(*rows, strict=True)
        return classified(str(self.spec.classic), texts, labels, asked)

    def _priced(self, cost: Cost, rows: int) -> Cost:
        hour = self.context.defaults.price_per_hour
        each = None if hour is None or cost.seconds is None else hour * cost.seconds / 3600
        return cost.model_copy(update={"price_per_1000": None if each is None else 1000 * each / max(rows, 1)})


def _by_row(fields: dict[str, list[Any]], parts: Parts) -> dict[str, dict[str, RowAnswer]]:
    """Answers by part and row id; they were kept part after part."""
    made: dict[str, dict[str, RowAnswer]] = {}
    place = 0
    for part, rows in parts.items():
        made[part] = {}
        for row in rows:
            labels = {path: found[place][0] for path, found in fields.items()}
            shares = {path: found[place][1] for path, found in fields.items() if found[place][1]}
            made[part][row.id] = RowAnswer(labels, shares)
            place += 1
    return made
