"""An arm that pools the probabilities of others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Self

from pydantic import model_validator

from fewsight.errors import ConfigError
from fewsight.evals.arms.answers import Answers, Parts, RowAnswer
from fewsight.evals.arms.base import Arm, arm_kind
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.pool_fitting import LEAST_CUSTOMERS, Pool, fit_pool
from fewsight.evals.arms.pool_rows import ByArm, crossed, pool_rows, pooled_answer, share_right
from fewsight.evals.model import Cost, Group
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.labelled import GoldRow
from fewsight.serving.answerers.folder import Weighting

_PREFIX: Final = "fused:"
_CALIBRATION: Final = "calibration"


@arm_kind
class FusedArm(Arm):
    """The log-linear pool of other arms' label probabilities, for each closed field.

    Weights and temperature of a field are fitted on the calibration rows that give it; see `pool_fitting`. Evidence and
    lists are those of the first arm that gives any.

    Args:
        arms: names of two or more arms that give probabilities.
    """

    kind = "fused"
    called = "a fused arm"
    examples = (f"{_PREFIX}A+B",)

    arms: tuple[str, ...] = ()

    @classmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:  # noqa: ARG003 - it has no paths
        """'fused:a+b'; names with a plus sign are given as `arms` of the arm 'fused'."""
        if word == cls.kind:
            return {}
        return {"arms": word.removeprefix(_PREFIX).split("+")} if word.startswith(_PREFIX) else None

    @model_validator(mode="after")
    def _has_arms(self) -> Self:
        if len(set(self.arms)) < max(len(self.arms), 2):
            raise ValueError(f"it pools two or more different arms, and names {', '.join(self.arms) or 'none'}")
        return self

    @property
    def group(self) -> Group:
        """A group of its own."""
        return "fused"

    @property
    def components(self) -> tuple[str, ...]:
        """The arms that it pools."""
        return self.arms

    def describe(self) -> str:
        """The arms that it pools."""
        return f"label probabilities of {' and '.join(self.arms)} together"

    def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:
        """Pool what the arms answered, row by row.

        Raises:
            ConfigError: an arm gives no probabilities of a field.
        """
        fields, pools = _fields(context, parts), self._fit(context, parts, others)
        answers = {
            part: {row.id: self._row(row, self._of(others, part), fields, pools) for row in rows}
            for part, rows in parts.items()
            if all(part in one.parts for one in others.values())
        }
        if rows := parts.get(_CALIBRATION) if _CALIBRATION in answers else None:
            for field in fields:
                answers[_CALIBRATION] = crossed(answers[_CALIBRATION], rows, field, pools[field.path])
        notes = [note for field in fields for note in self._notes(field, pools[field.path])]
        test = self._of(others, "test")
        worse = [note for field in fields for note in self._worse(field, parts["test"], answers["test"], test)]
        blends = {path: self._weighting(pool) for path, pool in pools.items()}
        return Answers(answers, _added([one.cost for one in others.values()]), (*notes, *worse), blends=blends)

    def _fit(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> dict[str, Pool]:
        """The pool of each field that test rows give, by path, fitted on the calibration rows where all arms answered
        these; weights are in the order of `sorted(self.arms)`.
        """
        answered = all(_CALIBRATION in one.parts for one in others.values())
        rows = parts.get(_CALIBRATION, ()) if answered else ()
        known = self._of(others, _CALIBRATION if answered else "test")
        pools = {}
        for field in _fields(context, parts):
            self._require_probabilities(field, self._of(others, "test"))
            given = [row for row in rows if field.path in row.values]
            pools[field.path] = fit_pool(pool_rows(given, known, field))
        return pools

    @property
    def saves(self) -> bool:
        """Where all of its arms do."""
        return True

    def _weighting(self, pool: Pool) -> Weighting:
        weights = dict(zip(sorted(self.arms), map(float, pool.weights), strict=True))
        return Weighting(weights=weights, temperature=pool.temperature)

    def _of(self, others: Mapping[str, Answers], part: str) -> ByArm:
        """Sorted, so that the order in which arms are named changes nothing, to the last bit."""
        return {name: others[name].parts[part] for name in sorted(self.arms)}

    def _require_probabilities(self, field: ClosedField, test: ByArm) -> None:
        for name, answers in test.items():
            if not any(answer.probabilities.get(field.path) for answer in answers.values()):
                raise ConfigError(
                    f"The fused arm {self.name!r} pools probabilities, and {name!r} gives none of {field.path!r}. "
                    "Leave it out, or take one that gives some (tfidf-lr and not tfidf-svm; a model that runs here)."
                )

    def _row(self, row: GoldRow, answers: ByArm, fields: Sequence[ClosedField], pools: Mapping[str, Pool]) -> RowAnswer:
        together = pooled_answer([by_row[row.id] for by_row in answers.values()], fields, pools)
        named = [answers[name][row.id] for name in self.arms]
        return replace(
            together,
            evidence=next((one.evidence for one in named if one.evidence is not None), None),
            lists=next((one.lists for one in named if one.lists is not None), None),
        )

    def _notes(self, field: ClosedField, pool: Pool) -> Iterator[str]:
        if pool.strength is None:
            why = f"fewer than {LEAST_CUSTOMERS} customers have calibration rows that all of its arms answered"
            yield f"{field.path}: equal weights, because {why}"
            return
        named = zip(pool.weights, sorted(self.arms), strict=True)
        weights = ", ".join(f"{weight:.2f} {name}" for weight, name in named)
        yield f"{field.path}: {weights}, temperature {pool.temperature:.2f}, fitted on {len(pool.crossed):,} rows"

    def _worse(
        self, field: ClosedField, rows: Sequence[GoldRow], test: Mapping[str, RowAnswer], others: ByArm
    ) -> Iterator[str]:
        right = {name: share_right(rows, answers, field) for name, answers in others.items()}
        best = max(right, key=lambda name: right[name])
        if (own := share_right(rows, test, field)) < right[best]:
            yield f"{field.path}: worse than {best} on the test rows ({own:.1%} and {right[best]:.1%} right)"


def _fields(context: Context, parts: Parts) -> list[ClosedField]:
    """Closed fields that a test row gives."""
    fields = closed_fields(context.task.output)
    return [field for field in fields if any(field.path in row.values for row in parts["test"])]


def _added(costs: Sequence[Cost]) -> Cost:
    """All answer each row and learn from the same rows; how much memory they take at once is not known."""

    def total(numbers: Sequence[float | None]) -> float | None:
        known = [number for number in numbers if number is not None]
        return sum(known) if len(known) == len(numbers) else None

    return Cost(
        prompt_tokens=sum(cost.prompt_tokens for cost in costs),
        computed_tokens=sum(cost.computed_tokens for cost in costs),
        answer_tokens=sum(cost.answer_tokens for cost in costs),
        seconds=total([cost.seconds for cost in costs]),
        price_per_1000=total([cost.price_per_1000 for cost in costs]),
        labels=max(cost.labels for cost in costs),
        training_seconds=sum(cost.training_seconds or 0.0 for cost in costs) or None,
    )
