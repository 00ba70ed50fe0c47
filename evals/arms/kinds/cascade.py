"""An arm that asks a second one where the first is not confident."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import model_validator

from fewsight.errors import ConfigError
from fewsight.evals.arms.answers import Answers, Parts, RowAnswer
from fewsight.evals.arms.base import Arm, arm_kind
from fewsight.evals.arms.context import Context
from fewsight.evals.model import Cost, Group


@arm_kind
class CascadeArm(Arm):
    """The first arm's answer of each row, or the second's where the first's least confident field is below the limit.

    Args:
        first: name of an arm that gives probabilities.
        second: name of the arm that answers the other rows.
        below: the confidence below which it does, above 0 and up to 1.
    """

    kind = "cascade"
    called = "a cascade; leave `arm` out of it"

    first: str
    second: str
    below: float

    @model_validator(mode="before")
    @classmethod
    def _is_whole(cls, options: dict[str, Any]) -> dict[str, Any]:
        if any(options.get(name) is None for name in ("first", "second", "below")):
            raise ValueError("a cascade needs first, second and below")
        return options

    @model_validator(mode="after")
    def _is_confidence(self) -> Self:
        if not 0 < self.below <= 1:
            raise ValueError(f"below = {self.below} is no confidence; use one above 0 and up to 1")
        return self

    @classmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:  # noqa: ARG003 - it has no paths
        """'cascade', which an arm without a word is."""
        return {} if word == cls.kind else None

    @property
    def group(self) -> Group:
        """A group of its own."""
        return "cascade"

    @property
    def components(self) -> tuple[str, ...]:
        """Both arms."""
        return self.first, self.second

    def describe(self) -> str:
        """Both arms and the limit."""
        return f"{self.first}, and {self.second} where its confidence is below {self.below:g}"

    def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:  # noqa: ARG002
        """Choose between the answers of both, row by row.

        Raises:
            ConfigError: the first arm gives no probabilities, so it is never known to be uncertain.
        """
        first, second = others[self.first], others[self.second]
        chosen = {
            part: self._chosen(first.parts[part], second.parts[part]) for part in first.parts if part in second.parts
        }
        test, asked = chosen["test"], first.parts["test"]
        handed = sum(test[row] is not answer for row, answer in asked.items())
        note = f"{handed:,} of {len(asked):,} test rows went to {self.second}"
        return Answers(chosen, _cost(first.cost, second.cost, handed / max(len(asked), 1)), (note,))

    def _chosen(self, first: Mapping[str, RowAnswer], second: Mapping[str, RowAnswer]) -> dict[str, RowAnswer]:
        if not any(answer.probabilities for answer in first.values()):
            raise ConfigError(f"The cascade {self.name!r} needs probabilities, and {self.first!r} gives none.")
        return {row: answer if confidence(answer) >= self.below else second[row] for row, answer in first.items()}


def confidence(answer: RowAnswer) -> float:
    """Of the least confident field; 0 for a row without probabilities."""
    fields = (answer.probabilities.get(path) for path in answer.labels)
    return min((max(shares.values()) for shares in fields if shares), default=0.0)


def _cost(first: Cost, second: Cost, share: float) -> Cost:
    """The first's, and the second's for its share of the rows."""

    def total(one: float | None, other: float | None) -> float | None:
        return None if one is None or other is None else one + share * other

    return Cost(
        prompt_tokens=round(first.prompt_tokens + share * second.prompt_tokens),
        computed_tokens=round(first.computed_tokens + share * second.computed_tokens),
        answer_tokens=round(first.answer_tokens + share * second.answer_tokens),
        seconds=total(first.seconds, second.seconds),
        memory_mb=None,
        price_per_1000=total(first.price_per_1000, second.price_per_1000),
        labels=max(first.labels, second.labels),
        training_seconds=(first.training_seconds or 0) + (second.training_seconds or 0) or None,
    )
