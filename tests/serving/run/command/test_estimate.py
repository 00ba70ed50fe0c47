from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from fewsight.serving.run.command import estimate as estimates
from fewsight.serving.run.command.estimate import Estimate, estimate, remember_rates, seconds
from fewsight.serving.run.options import make_options
from fewsight.serving.run.session import Session, open_session
from fewsight.serving.run.summary import RunSummary
from fewsight.tables import Histories, open_histories


@pytest.fixture
def histories() -> Iterator[Histories]:
    texts = ["the same", "the same", "Where is it?", "x" * 5000]
    frame = pd.DataFrame({"customer_id": list("abcd"), "text": texts})
    with open_histories(frame) as found:
        yield found


@pytest.fixture
def session(histories: Histories, model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path))
    options = make_options(tasks=("churn_reason", "sentiment"), engine="scripted", model=str(model_path))
    return open_session(options, histories)


def test_what_is_counted(session: Session, histories: Histories) -> None:
    found = estimate(session, histories, "shots-first", None)
    assert (found.customers, found.requests, found.repeated, found.in_ledger) == (4, 6, 2, 0)
    assert 0 < found.computed_tokens < found.sent_tokens
    assert 0 < found.shared < 1
    assert found.answer_tokens > 0
    assert found.warnings == {"characters were cut from long texts": 2}


def test_nothing_shared_is_never_less_than_nothing() -> None:
    assert Estimate("shots-first", sent_tokens=10, computed_tokens=40).shared == 0
    assert Estimate("shots-first").shared == 0


def test_the_speed_of_a_run_is_remembered_for_the_next_estimate(session: Session) -> None:
    found = Estimate("shots-first", sent_tokens=9000, computed_tokens=8000, answer_tokens=0)
    assert seconds(found, session) == (8000 / estimates.ASSUMED_PROMPT_RATE, False)
    remember_rates(session, [RunSummary(computed=3, computed_tokens=10, seconds=5)])
    assert not seconds(found, session)[1]  # too short to tell
    remember_rates(session, [RunSummary(computed=100, computed_tokens=4000, seconds=4)])
    took, measured = seconds(found, session)
    assert took == pytest.approx(8)
    assert measured
    estimates._rate_file().write_text("{torn")
    assert not seconds(found, session)[1]
