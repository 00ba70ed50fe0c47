"""Label probabilities of rows, by any engine or by a model that is already loaded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from fewsight.errors import EngineError
from fewsight.prompts.answer.form import AnswerForm
from fewsight.serving.engines.base import Failure, Scored, ScoreRequest
from fewsight.serving.engines.local.row_cache import RowCache
from fewsight.serving.engines.scoring import TrieSearch
from fewsight.serving.run.prepare import Item

BATCH: Final = 16


class Scorer(Protocol):
    """What can score: every engine, and `ModelScorer`."""

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Label probabilities after each prompt."""


class ModelScorer:
    """Scores with a model in memory, adapted or not; never merged, so it answers as training measured."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - any causal language model
        self._rows = RowCache(model)

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored]:
        """Label probabilities after each prompt."""
        import torch

        for start in range(0, len(requests), BATCH):
            with torch.inference_mode(), self._rows.guarded():
                yield from self._batch(requests[start : start + BATCH])

    def _batch(self, batch: Sequence[ScoreRequest]) -> list[Scored]:
        searches = [TrieSearch(request.labels) for request in batch]
        while nodes := [(i, *node) for i, search in enumerate(searches) for node in search.frontier()]:
            logits, _ = self._rows.logits([(*batch[i].prompt, *prefix) for i, prefix, _ in nodes])
            logprobs = logits.log_softmax(-1).cpu()
            for (i, prefix, tokens), row in zip(nodes, logprobs, strict=True):
                searches[i].observe(prefix, dict(zip(tokens, row[tokens].tolist(), strict=True)))
        return [
            Scored(request.id, *search.result(), search.nodes, len(request.prompt), 0)
            for request, search in zip(batch, searches, strict=True)
        ]


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
    beliefs: list[Belief] = []
    for start in range(0, len(items), at_once):
        end = start + at_once
        beliefs += _believe(scorer, items[start:end], form, given[start:end] if given else None, adapter)
    return beliefs


def _believe(
    scorer: Scorer,
    items: Sequence[Item],
    form: AnswerForm,
    given: Sequence[Belief] | None,
    adapter: Path | None,
) -> list[Belief]:
    beliefs = [Belief() for _ in items]
    for number in range(len(form.closed)):
        asks = [form.ask((given or beliefs)[i].chosen[:number]) for i in range(len(items))]
        requests = [
            ScoreRequest(str(i), items[i].prompt.token_ids + ask.prefill, ask.labels, adapter)
            for i, ask in enumerate(asks)
            if ask is not None and len(ask.labels.labels) > 1
        ]
        scores = {}
        for result in scorer.score(requests) if requests else ():
            if isinstance(result, Failure):
                raise EngineError(f"Row {items[int(result.id)].customer_id!r} can't be scored: {result.error}.")
            scores[int(result.id)] = result.normalised
        for i, ask in enumerate(asks):
            assert ask is not None
            shares = dict(zip(ask.labels.labels, scores.get(i, (1.0,)), strict=True))
            beliefs[i].probabilities.append(shares)
            beliefs[i].chosen.append(max(shares, key=shares.__getitem__))
    return beliefs
