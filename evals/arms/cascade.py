"""An arm that asks a second one where the first is not confident."""

from collections.abc import Mapping

from fewsight.errors import ConfigError
from fewsight.evals.arms.answers import Answers, RowAnswer
from fewsight.evals.arms.spec import ArmSpec
from fewsight.evals.report.model import Cost


def cascade(spec: ArmSpec, first: Answers, second: Answers) -> Answers:
    """The first arm's answer of each row, or the second's where the first's least confident field is below the limit.

    Raises:
        ConfigError: the first arm gives no probabilities, so it is never known to be uncertain.
    """
    below = spec.below or 0.0
    parts, handed = {}, 0
    for part in first.parts.keys() & second.parts.keys():
        mine, theirs = first.parts[part], second.parts[part]
        if not any(answer.probabilities for answer in mine.values()):
            raise ConfigError(f"The cascade {spec.name!r} needs probabilities, and {spec.first!r} gives none.")
        chosen = {row: answer if confidence(answer) >= below else theirs[row] for row, answer in mine.items()}
        if part == "test":
            handed = sum(chosen[row] is not answer for row, answer in mine.items())
        parts[part] = chosen
    share = handed / max(len(parts["test"]), 1)
    note = f"{handed:,} of {len(parts['test']):,} test rows went to {spec.second}"
    return Answers(parts, _cost(first.cost, second.cost, share), (note,))


def confidence(answer: RowAnswer) -> float:
    """Of the least confident field; 0 for a row without probabilities."""
    tops: list[float] = [max(shares.values()) for shares in _own(answer).values() if shares]
    return min(tops, default=0.0)


def _own(answer: RowAnswer) -> Mapping[str, Mapping[str, float]]:
    return {path: answer.probabilities.get(path, {}) for path in answer.labels}


def _cost(first: Cost, second: Cost, share: float) -> Cost:
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
