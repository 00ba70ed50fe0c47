"""Arms without a language model: what the others have to beat."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from fewsight.digest import digest
from fewsight.errors import InputError
from fewsight.evals.arms.answers import Answers, Parts, RowAnswer
from fewsight.evals.arms.base import LearningArm, arm_kind
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.embeddings import encode, why_no_embeddings
from fewsight.evals.model import Cost, Group
from fewsight.files import write_text
from fewsight.masking import Pseudonymizer
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.labelled import GoldRow
from fewsight.texts.classic import (
    Classified,
    classify,
    encoded_logistic_regression,
    majority,
    tfidf_logistic_regression,
    tfidf_svm,
)
from fewsight.texts.documents import document

_MODELS: Final[Mapping[str, Callable[[], Any] | None]] = {
    "majority": None,
    "tfidf-lr": tfidf_logistic_regression,
    "tfidf-svm": tfidf_svm,
    "embeddings-lr": partial(encoded_logistic_regression, encode),
}
"""Unfitted models by word; None is none, but the most frequent label."""

Learned = Sequence[tuple[str, GoldRow]]
"""Rows to learn from, with what the model reads of them."""


@arm_kind
class ClassicArm(LearningArm):
    """Learns each closed field by itself from masked documents; it is fitted once, and what it answered is kept.

    Args:
        classic: the word of its model.
    """

    kind = "classic"
    called = "a classic arm"
    examples = tuple(_MODELS)
    beside = tuple(_MODELS)

    classic: str

    @classmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:  # noqa: ARG003 - it has no paths
        """The word of a model."""
        return {"classic": word} if word in _MODELS else None

    @classmethod
    def unavailable(cls, word: str) -> str | None:
        """The model of sentence embeddings may not be here."""
        return why_no_embeddings() if word == "embeddings-lr" else None

    @property
    def group(self) -> Group:
        """What others have to beat."""
        return "baseline"

    @property
    def needs_rows(self) -> bool:
        """Unless it has rows of its own."""
        return self.train is None

    def describe(self) -> str:
        """Its model and its rows."""
        return f"{self.classic} from {self.rows_in_words}"

    def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:  # noqa: ARG002
        """Fit on the training rows, then answer all others.

        Raises:
            InputError: no training row gives a field that a test row gives.
        """
        rows = self.rows(context)
        shown = {part: [_read(row) for row in asked] for part, asked in parts.items()}
        learned = [(_read(row), row) for row in rows]
        given = [[(text, sorted(row.values.items(), key=str)) for text, row in learned], shown]
        path = self.folder(context) / f"answers-{digest(json.loads(json.dumps(given, default=str)))[:16]}.json"
        if not path.exists():
            write_text(path, json.dumps(self._answered(context, learned, shown, parts)))
        kept = json.loads(path.read_text(encoding="utf-8"))
        seconds = kept["seconds"] * len(parts["test"]) / max(sum(map(len, parts.values())), 1)
        cost = Cost(seconds=seconds, training_seconds=kept["training_seconds"], labels=len(rows))
        return Answers(_by_row(kept["fields"], parts), _priced(cost, len(parts["test"]), context))

    def _answered(
        self, context: Context, learned: Learned, shown: Mapping[str, list[str]], parts: Parts
    ) -> dict[str, Any]:
        asked = [text for texts in shown.values() for text in texts]
        fields = {
            field.path: self._field(learned, field, asked)
            for field in closed_fields(context.task.output)
            if any(field.path in row.values for rows in parts.values() for row in rows)
        }
        return {
            "fields": {path: one.answers for path, one in fields.items()},
            "seconds": sum(one.answering for one in fields.values()),
            "training_seconds": sum(one.fitting for one in fields.values()),
        }

    def _field(self, learned: Learned, field: ClosedField, asked: Sequence[str]) -> Classified:
        rows = [(text, field.label_of(row.values[field.path])) for text, row in learned if field.path in row.values]
        if not rows:
            raise InputError(f"Arm {self.name!r}: no training row gives {field.path!r}, and test rows do.")
        texts, labels = zip(*rows, strict=True)
        return classified(self.classic, texts, labels, asked)


def classified(word: str, train: Sequence[str], labels: Sequence[str], asked: Sequence[str]) -> Classified:
    """The answers of the model with this word."""
    model = _MODELS[word]
    return majority(labels, len(asked)) if model is None else classify(model, train, labels, asked)


def _read(row: GoldRow) -> str:
    return document(row.history if row.is_masked else Pseudonymizer().mask(row.history).history)


def _priced(cost: Cost, rows: int, context: Context) -> Cost:
    hour = context.defaults.price_per_hour
    price = None if hour is None or cost.seconds is None else hour * cost.seconds / 3600
    return cost.model_copy(update={"price_per_1000": None if price is None else 1000 * price / max(rows, 1)})


def _by_row(fields: Mapping[str, Sequence[Any]], parts: Parts) -> dict[str, dict[str, RowAnswer]]:
    """Answers by part and row id; they were kept part after part."""
    answers: dict[str, dict[str, RowAnswer]] = {}
    place = 0
    for part, rows in parts.items():
        answers[part] = {}
        for row in rows:
            labels = {path: kept[place][0] for path, kept in fields.items()}
            shares = {path: kept[place][1] for path, kept in fields.items() if kept[place][1]}
            answers[part][row.id] = RowAnswer(labels, shares)
            place += 1
    return answers
