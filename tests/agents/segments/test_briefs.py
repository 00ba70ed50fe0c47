"""Briefs are numbers of the data, whose intervals hold together, and tell of no small group."""

from pathlib import Path

import numpy as np
import pandas as pd

from fewsight.agents.segments import SegmentOptions, segment
from fewsight.agents.segments.cards import Cards
from tests.agents.segments.conftest import facts_of, members, written


def told(frame: pd.DataFrame, folder: Path) -> Cards:
    return segment(written(frame, folder / "f.parquet"), folder / "out", SegmentOptions(most=3, leave_out=["*_share*"]))


def with_shares(rows: int = 600) -> pd.DataFrame:
    """Kind 2 buys tea, mostly on Mondays in the app, and sends back; kind 0 opens no campaign."""
    frame, chance = facts_of(rows), np.random.default_rng(1)
    kind = np.arange(rows) % 3
    frame["product_share_tea"] = np.where(kind == 2, 0.6, 0.2) * chance.uniform(0.5, 1.5, rows)
    frame["product_share_rice"] = 0.3 * chance.uniform(0.5, 1.5, rows)
    frame["channel_share_app"] = np.where(kind == 2, 0.9, 0.3) * chance.uniform(0.9, 1.1, rows)
    frame["return_share"] = np.where(kind == 2, 0.4, 0.1) * chance.uniform(0.5, 1.5, rows)
    frame["campaign_response_share"] = np.where(kind == 0, 0.05, 0.4) * chance.uniform(0.5, 1.5, rows)
    frame["order_recency_days"] = np.where(kind == 0, 400.0, 5.0)
    return frame


def test_what_is_planted_is_told_with_its_numbers(tmp_path: Path) -> None:
    frame = with_shares()
    cards, own = told(frame, tmp_path), members(tmp_path / "out")
    of_kind = {kind: next(card for card in cards.segments if card.id == own[f"C{kind:05}"]) for kind in range(3)}
    lines = {line.fact: line for line in of_kind[2].brief}
    assert set(lines) == {"product_share_tea", "channel_share_app", "return_share", "campaign_response_share"}
    tea = lines["product_share_tea"]
    assert tea.low <= 3 <= tea.high
    assert tea.low > 1
    inside = frame["product_share_tea"][[own[name] == of_kind[2].id for name in frame["customer_id"]]]
    assert tea.value == float(f"{inside.mean():.2g}")
    assert lines["return_share"].kind == "avoid"
    assert [line.kind for line in of_kind[0].brief if line.fact == "campaign_response_share"] == ["avoid"]
    assert not any(line.fact == "product_share_rice" for card in cards.segments for line in card.brief)


def test_places_are_means_of_value_and_risk(tmp_path: Path) -> None:
    cards, own = told(with_shares(), tmp_path), members(tmp_path / "out")
    risks = {card.id: card.place.risk for card in cards.segments if card.place}
    assert (risks[own["C00000"]], risks[own["C00001"]]) == (1.0, 0.0)
    page = (tmp_path / "out" / "segments.html").read_text(encoding="utf-8")
    assert "Segments by value and risk" in page
    assert "What not to do" in page


def test_no_line_is_told_of_few(tmp_path: Path) -> None:
    frame = with_shares(90)
    frame["product_share_tea"] = 0.0
    frame.loc[[2, 5, 8, 11], "product_share_tea"] = 1.0  # four customers of one kind
    cards = told(frame, tmp_path)
    assert not any(line.fact == "product_share_tea" for card in cards.segments for line in card.brief)


def test_chance_alone_seldom_tells_anything(tmp_path: Path) -> None:
    chance, lines = np.random.default_rng(5), 0
    for number in range(6):
        frame = facts_of(300)
        for name in ("product_share_a", "product_share_b", "weekday_share_monday", "return_share"):
            frame[name] = chance.uniform(0.05, 1, 300)
        place = tmp_path / str(number)
        place.mkdir()
        lines += any(card.brief for card in told(frame, place).segments)
    assert lines <= 2  # 5 % of 6 are 0.3
