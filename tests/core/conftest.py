"""Made-up answers and results."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from fewsight.insight import Insight, Provenance, Status
from fewsight.ledger import Answer, Result

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

PROVENANCE = Provenance(
    engine="scripted",
    engine_version="1",
    model="tiny",
    model_digest="m" * 64,
    adapter=None,
    dtype="float32",
    template="intent.v1.en.full",
    task_version="1",
    prompt_digest="p" * 64,
    shots=("s1", "s2"),
    prompt_tokens=420,
    answer_tokens=21,
    events_left_out=3,
    seed=0,
    fewsight_version="0.1.0",
    warnings=("3 events left out",),
)


def _answer(text: str = '{"intent":"refund"}') -> Answer:
    probabilities = {"intent": {"refund": 0.75, "other": 0.25}}
    return Answer(text, {"intent": {"refund": 0.6, "other": 0.2}}, probabilities, 420, 21, 100)


def _result(
    customer_id: str, key: str | None, *, task: str = "intent", status: Status = "ok", run: str = "r"
) -> Result:
    ok = status == "ok"
    insight = Insight(
        customer_id=customer_id,
        task=task,
        as_of=NOON,
        answer={"intent": "refund", "urgent": True, "reason": "wants the money back, soon"} if ok else None,
        evidence=("ev-1",) if ok else (),
        probabilities={"intent": {"refund": 0.75, "other": 0.25}, "urgent": {"true": 0.9, "false": 0.1}} if ok else {},
        provenance=PROVENANCE,
        status=status,
        error=None if ok else "cut off at 256 tokens",
    )
    return Result(run, "zero-shot", 0, key, {"E1": "ev-1"}, insight)


@pytest.fixture
def answer() -> Callable[..., Answer]:
    """Make an answer: `answer(text)`."""
    return _answer


@pytest.fixture
def result() -> Callable[..., Result]:
    """Make a result: `result(customer_id, answer_key, task=..., status=..., run=...)`."""
    return _result
