"""The page and the cards show no small group, and nothing that a table's words could run."""

from pathlib import Path

from fewsight.agents.segments import SegmentOptions, segment
from tests.agents.segments.conftest import facts_of, written


def test_the_page_stands_alone_and_escapes(tmp_path: Path) -> None:
    frame = facts_of()
    hostile = (frame.index % 3 == 0) & (frame.index % 4 > 0)
    frame["city"] = frame["city"].mask(hostile, "<script>alert(1)</script>")
    segment(written(frame, tmp_path / "f.parquet"), tmp_path / "out", SegmentOptions(most=3))
    page = (tmp_path / "out" / "segments.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_few_outliers_are_told_nowhere(tmp_path: Path) -> None:
    frame = facts_of(303)
    frame.loc[300:, ["orders_count", "idle_days"]] = [[1_000_000, 1_000_000]] * 3
    cards = segment(written(frame, tmp_path / "f.parquet"), tmp_path / "out", SegmentOptions(most=3))
    assert cards.outliers is None
    assert [card.size for card in cards.segments].count(None) == 1
    hidden = next(card for card in cards.segments if card.size is None)
    assert {one.statistic for one in hidden.unusual} <= {"median"}
    assert hidden.rule is None or hidden.rule.coverage is None
    assert all(one.value == round(one.value, 2) for card in cards.segments for one in card.lifts)
    assert "hidden" in (tmp_path / "out" / "segments.html").read_text(encoding="utf-8")
