"""Reports of voices: aspects, topics with quotes, what is new, and what spikes."""

import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.checking import check_report
from fewsight.agents.reports.claims.shrinking import shrunk_shares
from fewsight.agents.reports.kinds import topics as heard
from fewsight.agents.reports.model import Condition, Options, Report
from fewsight.agents.reports.quotes.choosing import masker
from fewsight.agents.reports.quotes.pieces import terms_of
from fewsight.agents.reports.shown.markdown import report_markdown
from fewsight.agents.reports.shown.page import report_page
from fewsight.agents.reports.topics.rates import spikes
from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight
from fewsight.serving.answerers.stored import EncoderFacts
from tests.agents.reports.conftest import Made

Recorded = Callable[[Made], Path]
LATE = ("The parcel came two weeks late again", "My parcel was late again by two weeks", "Again the parcel was late")
APP = ("The app crashes when I log in", "App crashes at every log in", "I log in and the app crashes")
OTHER = ("Nothing much to tell about {}", "Order number {} went as always")
OPTIONS = Options(kind="voice", field="sentiment.aspects", encoder="words")


def encode(texts: Sequence[str]) -> np.ndarray:
    """Bags of words as unit vectors: near where texts share words."""
    vectors = np.zeros((len(texts), 512), dtype=np.float32)
    for row, text in enumerate(texts):
        for term in terms_of(text) or ["none"]:
            vectors[row, zlib.crc32(term.encode()) % 512] += 1
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


@pytest.fixture(autouse=True)
def _encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = EncoderFacts(name="words", digest="0" * 64)
    monkeypatch.setattr(heard, "find_encoder", lambda _: (facts, encode))


def voice(number: int, text: str, month: int, channel: str, **feelings: str) -> tuple[CustomerHistory, Insight]:
    name, moment = f"V{number:04}", datetime(2025, month, 3, tzinfo=UTC)
    history = CustomerHistory(name, (Event(f"{name}-e", moment, "message", channel, text),))
    answer = {"overall": "negative", "aspects": feelings, "evidence": [f"{name}-e"]}
    return history, Insight(name, "sentiment", datetime(2025, 6, 1, tzinfo=UTC), answer, (f"{name}-e",))


def world(late_now: int = 60) -> Made:
    """Complaints about delivery in all months, about the app from May on, and late parcels as many as asked in May."""
    made: Made = []
    for month in (1, 2, 3, 4, 5):
        for number in range(late_now if month == 5 else 12):
            made.append(
                voice(len(made), LATE[number % 3], month, "web", delivery="negative", usability="not_mentioned")
            )
        for number in range(30):
            made.append(voice(len(made), OTHER[number % 2].format(len(made)), month, "web", delivery="positive"))
    for number in range(40):
        made.append(voice(len(made), APP[number % 3], 5, "app", usability="negative", delivery="not_mentioned"))
    return made


def built(recorded: Recorded, made: Made, options: Options = OPTIONS, topics: Path | None = None) -> Report:
    return build_report(recorded(made), [history for history, _ in made], options=options, topics=topics)


def test_aspects_topics_and_quotes(recorded: Recorded, tmp_path: Path) -> None:
    made = world()
    report = built(recorded, made)
    assert report.voice is not None
    by_id = {one.id: one for one in report.voice.subjects}
    assert (by_id["delivery"].complaints, by_id["usability"].complaints) == (108, 40)
    late = next(one for one in report.voice.subjects if "parcel" in one.keywords)
    app = next(one for one in report.voice.subjects if "crashes" in one.keywords)
    assert (late.customers, app.customers) == (108, 40)
    assert late.coverage == 1.0
    mask = masker(tmp_path / "run")
    texts = {history.events[0].id: mask.mask(history).history.events[0].text or "" for history, _ in made}
    quotes = [quote for one in report.voice.subjects for quote in one.quotes]
    assert len(quotes) >= 6
    assert all(quote.text in texts[quote.source.event] for quote in quotes)
    assert len({quote.source.customer for quote in quotes}) == len(quotes)
    assert {(claim.statistic.name, claim.why) for claim in report.claims} <= {
        ("mention_share", "attribution"), ("complaint_share", "attribution"), ("topic_share", "stated"),
    }  # fmt: skip
    assert any(claim.scope == Condition(kind="channel", value="app") for claim in report.claims)
    for shown in (report_page(report), report_markdown(report)):
        assert "ease of use" in shown
        assert late.id in shown
    histories = [history for history, _ in made]
    assert check_report(report, tmp_path / "run", histories) == []


def test_more_than_before_is_an_alert_and_as_much_is_none(recorded: Recorded, tmp_path: Path) -> None:
    spoken = built(recorded, world()).voice
    assert spoken is not None
    assert [one.period for one in spoken.alerts] == ["2025-05", "2025-05"]
    late = next(one for one in spoken.alerts if "parcel" in one.words.en)
    assert late.customers == 60
    assert late.expected < 40


def test_topics_are_known_again_and_new_ones_are_told(recorded: Recorded, tmp_path: Path) -> None:
    file = tmp_path / "topics.json"
    made = world()
    early = [(history, Insight(i.customer_id, i.task, datetime(2025, 5, 1, tzinfo=UTC), i.answer, i.evidence))
             for history, i in made if history.events[0].time and history.events[0].time.month < 5]  # fmt: skip
    first = built(recorded, early, topics=file).voice
    assert first is not None
    kept = file.read_text()
    (tmp_path / "run" / "ledger.sqlite").unlink()
    report = built(recorded, made, topics=file)
    assert report.voice is not None
    before = {one.id: one.keywords for one in first.subjects if one.kind == "topic"}
    now = {one.id: one for one in report.voice.subjects if one.kind == "topic"}
    assert set(before) < set(now)
    assert {name for name, one in now.items() if one.is_new} == set(now) - set(before)
    assert kept != file.read_text()
    kept = file.read_text()
    histories = [history for history, _ in made]
    assert check_report(report, tmp_path / "run", histories, topics=file) == []
    assert file.read_text() == kept, "a check writes nothing"
    file.write_text(kept.replace("0" * 64, "1" * 64))
    with pytest.raises(ConfigError, match="found with encoder 1111"):
        build_report(tmp_path / "run", histories, options=OPTIONS, topics=file)


def test_without_an_encoder_or_a_table_there_are_aspects_alone(recorded: Recorded) -> None:
    made = world()
    run = recorded(made)
    report = build_report(run, options=OPTIONS)
    assert report.voice is not None
    assert {one.kind for one in report.voice.subjects} == {"aspect"}
    assert report.voice.complain.value == pytest.approx(148 / 298)
    assert "The voice of customers" in report_page(report)


def test_groups_of_few_are_drawn_together() -> None:
    alike = shrunk_shares([10, 1, 0], [100, 10, 10])
    assert [round(one.value, 3) for one in alike] == pytest.approx([0.092] * 3, abs=0.002)
    apart = shrunk_shares([200, 900, 3], [1000, 1000, 3])
    assert apart[0].value == pytest.approx(0.2, abs=0.01)
    assert apart[1].value == pytest.approx(0.9, abs=0.01)
    assert 0.5 < apart[2].value < 0.95, "3 of 3 is not the worst of all"


def test_false_alerts_stay_within_the_budget() -> None:
    chance = np.random.default_rng(0)
    alerts = 0
    for _ in range(300):
        counts = {str(name): chance.binomial(200, 0.1, 8).tolist() for name in range(10)}
        alerts += len(spikes(counts, [200] * 8))
    assert alerts / 300 <= 0.1
