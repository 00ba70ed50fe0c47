"""Facts from a run's ledger."""

from datetime import datetime
from pathlib import Path

import pytest

from fewsight.errors import InputError, LedgerError
from fewsight.events import CustomerHistory
from fewsight.insight import Insight
from fewsight.ledger import Answer, Ledger, Result
from tests.core.customer_facts.conftest import at, facts_of, order

HISTORY = CustomerHistory("C", (order(0), order(100)))


def recorded(
    folder: Path, *answers: tuple[float | None, dict[str, object]], arm: str = "a", anew: bool = False, first: int = 0
) -> Path:
    with Ledger.open(folder / "ledger.sqlite") as ledger:
        for number, (days, answer) in enumerate(answers, first):
            moment: datetime | None = None if days is None else at(days)
            insight = Insight("C", "sentiment", moment, answer)
            key = f"{arm}{number}"
            ledger.record({key: Answer("{}")}, [Result("r", arm, 0, key, {}, insight)], anew=anew)
    return folder


def test_counts_latest_and_trend(tmp_path: Path) -> None:
    run = recorded(
        tmp_path,
        (0, {"overall": "negative", "topics": ["price"], "reason": "word " * 40}),
        (5, {"overall": "positive", "topics": []}),
        (50, {"overall": "positive", "topics": ["service", "price"]}),
    )
    (row,) = facts_of([HISTORY], run=run)
    assert (row["sentiment_overall_insights"], row["sentiment_overall_latest"]) == (3, "positive")
    assert (row["sentiment_overall_negative_count"], row["sentiment_overall_positive_count"]) == (1, 2)
    assert row["sentiment_overall_positive_trend"] == 0.5
    assert row["sentiment_topics_latest"] == "price; service"
    assert not [name for name in row if "reason" in name], "words are no labels"


def test_an_insight_of_later_is_not_there(tmp_path: Path) -> None:
    run = recorded(tmp_path, (0, {"overall": "negative"}), (300, {"overall": "delighted"}))
    (row,) = facts_of([HISTORY], run=run)
    assert row["sentiment_overall_latest"] == "negative"
    assert "sentiment_overall_delighted_count" not in row


def test_a_customer_without_insights_has_unknown_ones(tmp_path: Path) -> None:
    run = recorded(tmp_path, (0, {"overall": "negative"}))
    rows = facts_of([HISTORY, CustomerHistory("D", (order(3),))], run=run)
    assert (rows[1]["sentiment_overall_insights"], rows[1]["sentiment_overall_latest"]) == (0, None)
    assert rows[1]["sentiment_overall_negative_count"] is None


def test_older_versions_count_and_one_of_each_moment(tmp_path: Path) -> None:
    answers = [(0.0, "negative"), (50.0, "mixed"), (50.0, "positive")]
    for number, (days, label) in enumerate(answers):
        run = recorded(tmp_path, (days, {"overall": label}), anew=True, first=number)
    (row,) = facts_of([HISTORY], run=run)
    assert (row["sentiment_overall_insights"], row["sentiment_overall_latest"]) == (2, "positive")
    assert "sentiment_overall_mixed_count" not in row


def test_several_arms_are_refused(tmp_path: Path) -> None:
    recorded(tmp_path, (0, {"overall": "negative"}))
    with pytest.raises(InputError, match="several arms"):
        facts_of([HISTORY], run=recorded(tmp_path, (0, {"overall": "positive"}), arm="b"))


def test_a_folder_without_a_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no ledger"):
        facts_of([HISTORY], run=tmp_path)
