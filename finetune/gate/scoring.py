"""Label probabilities of rows, by any engine or by a model that is already loaded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fewsight.errors import EngineError
from fewsight.prompts.answer.form import AnswerForm, Ask
from fewsight.serving.engines.base import Scored, Scorer, ScoreRequest
from fewsight.serving.engines.local.label_scores import score_batch
from fewsight.serving.engines.local.row_cache import RowCache
from fewsight.serving.run.answering import score_fields
from fewsight.serving.run.prepare import Item

BATCH: Final = 16


class ModelScorer:
    """Scores with a model in memory, adapted or not; never merged, so it answers as training measured."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - any causal language model
        self._rows = RowCache(model)

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored]:
        """Label probabilities after each prompt."""
        import torch

        for start in range(0, len(requests), BATCH):
            with torch.inference_mode(), self._rows.guarded():
                yield from score_batch(self._rows, requests[start : start + BATCH])


@dataclass(slots=True)
class Belief:
    """One row: the chosen labels in the order of the closed fields, and all probabilities of each field."""

    chosen: list[str] = field(default_factory=list)
    probabilities: list[dict[str, float]] = field(default_factory=list)


def believe(
    scorer: Scorer,
    items: Sequence[Item],
    form: AnswerForm,
    given: Sequence[Belief] | None = None,
    adapter: Path | None = None,
    *,
    at_once: int = BATCH,
) -> list[Belief]:
    """Score the closed fields of all items, some rows after the others, so that each prompt is computed once.

    Args:
        scorer: an engine, or a model in memory.
        items: prompts.
        form: the decoding plan.
        given: beliefs whose chosen labels stand before each field; one's own where None.
        adapter: as the engine knows it.
        at_once: how many rows go through all their fields together.

    Raises:
        EngineError: a request failed.
    """
    rows = [_Row(item, form, given[i].chosen if given else None) for i, item in enumerate(items)]
    for start in range(0, len(rows), at_once):
        score_fields(scorer, rows[start : start + at_once], adapter)
    return [row.belief for row in rows]


@dataclass(slots=True)
class _Row:
    """One row while it is scored; `given` labels stand before its fields, its own where None."""

    item: Item
    form: AnswerForm
    given: Sequence[str] | None
    belief: Belief = field(default_factory=Belief)

    def ask(self) -> Ask | None:
        return self.form.ask((self.given or self.belief.chosen)[: len(self.belief.probabilities)])

    def take(self, ask: Ask, scored: Scored | None) -> None:
        shares = dict(zip(ask.labels.labels, scored.normalised if scored else (1.0,), strict=True))
        self.belief.probabilities.append(shares)
        self.belief.chosen.append(max(shares, key=shares.__getitem__))

    def fail(self, error: str) -> None:
        raise EngineError(f"Row {self.item.customer_id!r} can't be scored: {error}.")
