"""`fewsight ask`: the right statistic of the right group, or no answer."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from fewsight.agents.reports.asking.answering import Reply, ask
from fewsight.agents.reports.model import Condition, Options
from fewsight.agents.reports.reading.sources import Sources
from fewsight.agents.reports.shown.reply import reply_lines, reply_page
from tests.agents.reports.planted import EFFECTS, customers, record
from tests.agents.reports.test_voice import encode

APP, PLUS = Condition(kind="channel", value="app"), Condition(kind="profile", name="plan", value="plus")


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Reply]:
    """Asks a run of 2,000 customers in which the app's users leave for the app."""
    made = customers(2000, 5, EFFECTS)
    run = record(tmp_path_factory.mktemp("ask") / "run", made)
    return lambda question: ask(Sources(run, [history for history, _ in made]), question, Options(), encode)


@pytest.mark.parametrize(
    ("question", "asked", "scope"),
    [
        ("Why do customers leave?", "reason_shares", None),
        ("why do app users leave?", "reason_shares", APP),
        ("How many customers leave?", "leaving_share", None),
        ("How many customers with the plan plus leave?", "leaving_share", PLUS),
        ("How much did customers who leave buy?", "worth", None),
        ("Which customers leave more often?", "groups", None),
        ("In which month did most customers leave?", "periods", None),
        ("How many leave for late delivery?", "reason_share", None),
    ],
)
def test_what_is_asked_and_of_whom(
    answer: Callable[[str], Reply], question: str, asked: str, scope: Condition | None
) -> None:
    reply = answer(question)
    assert (reply.asked, reply.scope) == (asked, scope)
    assert reply.shares or reply.periods or asked == "worth", "there is a chart"
    page = reply_page(question, reply, "en")
    assert "<svg" in page or asked == "worth"


def test_the_answer_is_the_planted_one(answer: Callable[[str], Reply]) -> None:
    reply = answer("why do app users leave?")
    assert "leave for “experience: account or app”" in reply.sentences[0].en
    assert len(reply_lines(reply, "en")) == 2 * len(reply.shares)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Why do dentists leave?", "dentist"),
        ("What is the weather in Paris?", "weather"),
        ("why do VIP users leave", "vip"),
    ],
)
def test_what_is_not_known_is_told(answer: Callable[[str], Reply], question: str, word: str) -> None:
    reply = answer(question)
    assert reply.asked is None
    assert repr(word) in reply.sentences[0].en


def test_what_is_near_to_nothing_is_not_answered(tmp_path: Path) -> None:
    def far(texts: Sequence[str]) -> np.ndarray:
        return np.eye(len(texts), dtype=np.float32)

    run = record(tmp_path / "run", customers(200, 5, ()))
    reply = ask(Sources(run), "why do customers leave?", Options(), far)
    assert reply.asked is None
    assert reply.sentences[0].en.startswith("This is none of what can be asked")
