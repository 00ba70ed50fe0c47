"""Facts and a run of few customers, by hand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fewsight.insight import Insight
from fewsight.ledger import Answer, Ledger, Result

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
ROWS: Sequence[Mapping[str, Any]] = [
    {"customer_id": "A", "orders_count": 6, "order_recency_days": 10, "first_order_days": 400, "discount_share": 0.8},
    {"customer_id": "B", "orders_count": 6, "order_recency_days": 300, "first_order_days": 400, "discount_share": 0.0},
    {"customer_id": "C", "orders_count": 1, "order_recency_days": 5, "first_order_days": 5, "discount_share": 0.0},
    {"customer_id": "D", "orders_count": 0, "events_count": 2, "channel_share_app": 1.0, "channel_share_web": 0.0},
]
SHARES = [(0.9, 0.1, 1.0, 0.9), (0.2, 0.8, 0.9, 0.1), (0.5, 0.5, 0.1, 0.5), (1.0, 0.0, None, None)]


def facts_of(rows: Sequence[Mapping[str, Any]] = ROWS) -> pd.DataFrame:
    """One row a customer with all that traits are computed from."""
    frame = pd.DataFrame(rows).assign(as_of=AS_OF, gap_median_days=20.0)
    frame["orders_90d_count"] = 2
    frame["orders_90_to_180d_count"] = 2
    frame["events_count"] = frame["events_count"].fillna(9) if "events_count" in frame else 9
    names = ["channel_share_app", "channel_share_web", "category_share_tea", "category_share_kiel_s_best"]
    for name, column in zip(names, zip(*SHARES, strict=True), strict=True):
        frame[name] = list(column)[: len(frame)]
    return frame


def insight(customer: str, *, evidence: Sequence[str] = ("e1",), **traits: str) -> Insight:
    """A valid answer of the task persona, whose every trait claims to be a fact."""
    answer: dict[str, Any] = {name: {"value": value, "basis": "fact"} for name, value in traits.items()}
    answer |= {"evidence": list(evidence), "summary": "A customer."}
    sure = {f"{name}.value": {value: 0.75} for name, value in traits.items()}
    return Insight(customer, "persona", AS_OF, answer, tuple(evidence), sure)


def record(folder: Path, insights: Sequence[Insight]) -> Path:
    """A run's folder with these answers."""
    folder.mkdir(parents=True, exist_ok=True)
    with Ledger.open(folder / "ledger.sqlite") as ledger:
        answers = {one.customer_id: Answer("{}") for one in insights}
        ledger.record(answers, [Result("main", "prompt", 0, one.customer_id, {}, one) for one in insights])
    return folder


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """Facts of four customers."""
    facts_of().to_parquet(tmp_path / "facts.parquet")
    return tmp_path / "facts.parquet"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Answers of three of them."""
    told = [
        insight("A", household="couple", price_sensitivity="low", activity="active"),
        insight("B", household="unknown", price_sensitivity="low", activity="active"),
        insight("D", household="single", evidence=()),
    ]
    return record(tmp_path / "run", told)
