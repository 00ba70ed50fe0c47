"""Label probabilities by a model in this process: nodes of all rows' tries together, until each search is done."""

from collections.abc import Sequence

from fewsight.serving.engines.base import Scored, ScoreRequest
from fewsight.serving.engines.local.row_cache import RowCache
from fewsight.serving.engines.scoring import TrieSearch


def score_batch(rows: RowCache, batch: Sequence[ScoreRequest]) -> list[Scored]:
    """Scores in the order of the requests; to be called inside `torch.inference_mode()` and `rows.guarded()`."""
    searches = [TrieSearch(request.labels, request.greedy) for request in batch]
    computed = [0] * len(batch)
    while nodes := [(i, *node) for i, search in enumerate(searches) for node in search.frontier()]:
        logits, costs = rows.logits([(*batch[i].prompt, *prefix) for i, prefix, _ in nodes])
        logprobs = logits.log_softmax(-1).cpu()
        for (i, prefix, tokens), row, cost in zip(nodes, logprobs, costs, strict=True):
            searches[i].observe(prefix, dict(zip(tokens, row[tokens].tolist(), strict=True)))
            computed[i] += cost
    return [
        Scored(request.id, *search.result(), search.nodes, len(request.prompt), cost)
        for request, search, cost in zip(batch, searches, computed, strict=True)
    ]
