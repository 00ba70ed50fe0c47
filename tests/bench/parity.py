"""Whether the local engines believe the same: label probabilities of the contract's messages."""

from collections.abc import Sequence

from fewsight.serving.engines.base import Engine, Scored
from fewsight.serving.engines.local.engine import TransformersEngine
from fewsight.serving.engines.vllm.engine import VllmEngine
from fewsight.serving.models.names import DEFAULT_MODEL, resolve_model
from tests.bench.common import Figure
from tests.serving.engines.contract import LARGE, SMALL, agreement, difference, scores, texts

LABELS = (SMALL, LARGE)


def measure(rows: int = 100, dtypes: str = "bfloat16,float32", model: str = DEFAULT_MODEL) -> list[Figure]:
    """Mean absolute difference of normalised probabilities and share of equal labels, by number type and labels."""
    folder, figures = resolve_model(model), []
    for dtype in dtypes.split(","):
        first = _all_scores(TransformersEngine(folder, dtype=dtype), rows)
        second = _all_scores(VllmEngine(folder, dtype=dtype, max_model_len=1024, kv_cache_gib=1.0), rows)
        for labels, one, other in zip(LABELS, first, second, strict=True):
            figures += _compared(f"{dtype}, {len(labels)} labels", one, other)
    return figures


def _all_scores(engine: Engine, rows: int) -> list[list[Scored]]:
    try:
        return [scores(engine, texts()[:rows], labels) for labels in LABELS]
    finally:
        engine.close()


def _compared(name: str, first: list[Scored], second: list[Scored]) -> list[Figure]:
    one, other = [row.normalised for row in first], [row.normalised for row in second]
    return [
        Figure(f"{name}: mean absolute difference", difference(one, other), "<= 0.01"),
        Figure(f"{name}: equal labels", agreement(one, other), ">= 0.99"),
        Figure(f"{name}: largest lead of a label that changed", max(map(_lost_lead, one, other))),
    ]


def _lost_lead(one: Sequence[float], other: Sequence[float]) -> float:
    """How far the best label was ahead of the one that the other engine puts first: 0 where they agree."""
    return max(one) - one[max(range(len(other)), key=other.__getitem__)]
