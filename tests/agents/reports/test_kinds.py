"""Reports of segments and of change: the same claims, over other groups."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.checking import check_report
from fewsight.agents.reports.model import Condition, Options, Report
from fewsight.agents.reports.shown.markdown import report_markdown
from fewsight.agents.reports.shown.page import report_page
from fewsight.errors import ConfigError, InputError
from tests.agents.reports.conftest import Made, many
from tests.agents.reports.planted import EFFECTS, Effect, customers, record

Recorded = Callable[[Made], Path]
MORE_LATE = Effect("channel", "", "app", "delivery/late", 5.0)


def segments_of(made: Made, path: Path, names: Callable[[int], str]) -> Path:
    ids = [history.customer_id for history, _ in made]
    pq.write_table(pa.table({"customer": ids, "segment": [names(number) for number in range(len(ids))]}), path)
    return path


def test_segments_are_told_apart(recorded: Recorded, tmp_path: Path) -> None:
    made = [
        *many("delivery/late", 60, "The parcel {} was late once more."),
        *many("price/too_expensive", 60, first=100),
    ]
    path = segments_of(made, tmp_path / "segments.parquet", lambda number: "S1" if number < 60 else "S2")
    report = build_report(
        recorded(made), [history for history, _ in made], options=Options(kind="segment"), segments=path
    )
    assert [(one.segment, one.customers, len(one.quotes)) for one in report.segments] == [("S1", 60, 2), ("S2", 60, 2)]
    assert {claim.scope for claim in report.claims} == {Condition(kind="segment", value="S1")}
    assert {claim.why for claim in report.claims} == {"attribution"}
    for shown in (report_page(report), report_markdown(report)):
        assert "Segment S1" in shown
        assert "60 customers; 100.0 %" in shown


def test_small_segments_and_outliers_are_not_shown(recorded: Recorded, tmp_path: Path) -> None:
    made = many("delivery/late", 79)
    names = ["S1"] * 30 + ["S2"] * 30 + ["S7"] * 9 + ["outlier"] * 10
    path = segments_of(made, tmp_path / "segments.parquet", names.__getitem__)
    report = build_report(recorded(made), options=Options(kind="segment"), segments=path)
    assert [one.segment for one in report.segments] == ["S1", "S2"]
    assert "S7" not in report.model_dump_json()
    assert "outlier" not in report.model_dump_json()


def test_segments_of_others_are_refused(recorded: Recorded, tmp_path: Path) -> None:
    run = recorded(many("delivery/late", 30))
    with pytest.raises(ConfigError, match="needs --segments"):
        build_report(run, options=Options(kind="segment"))
    strangers = segments_of(many("delivery/late", 3, first=900), tmp_path / "s.parquet", lambda _: "S1")
    with pytest.raises(InputError, match="none of the run's customers"):
        build_report(run, options=Options(kind="segment"), segments=strangers)
    (tmp_path / "no.parquet").write_text("no")
    with pytest.raises(InputError, match="Can't read the segments"):
        build_report(run, options=Options(kind="segment"), segments=tmp_path / "no.parquet")


def changed(tmp_path: Path, effects: tuple[Effect, ...]) -> tuple[Report, list[str]]:
    """A run of 1,500 customers against one of the same and no others, in which nothing was planted."""
    now, before = customers(1500, 3, effects), customers(1500, 4, ())
    run, against = record(tmp_path / "now", now), record(tmp_path / "before", before)
    histories = [history for history, _ in now]
    report = build_report(run, histories, options=Options(kind="change"), against=against)
    return report, check_report(report, run, [history for history, _ in now], against=against)


def test_a_change_within_a_group_is_told_of_that_group(tmp_path: Path) -> None:
    report, differences = changed(tmp_path, (MORE_LATE,))
    assert differences == []
    assert report.earlier is not None
    assert report.earlier.shared == 1500
    claim = next(one for one in report.claims if one.statistic.label == "delivery/late" and one.direction == "more")
    assert claim.scope.within == Condition(kind="channel", value="app")
    assert "more often the reason in now than in before among customers who mostly used" in claim.words.en
    assert report.reasons[0].before is not None
    assert "before" in report_page(report)


def test_nothing_is_told_where_nothing_has_changed(tmp_path: Path) -> None:
    report, _ = changed(tmp_path, ())
    assert report.claims == ()
    assert report.looked.tested > 40


def test_periods_are_compared(recorded: Recorded) -> None:
    made = customers(2000, 5, EFFECTS)
    histories = [history for history, _ in made]
    options = Options(kind="change", period="2025-02", before="2025-01")
    report = build_report(recorded(made), histories, options=options)
    assert report.words.en.endswith("last seen in 2025-01.")
    claim = report.claims[0]
    assert (claim.statistic.label, claim.direction) == ("delivery/late", "more")
    assert claim.scope.within is None, "what is so of all is not said of groups"
    assert all(one.statistic.name == "reason_share" for one in report.claims)


def test_an_empty_period_is_refused(recorded: Recorded) -> None:
    made = [
        (replace(history, events=(replace(history.events[0], time=datetime(2025, month, 5, tzinfo=UTC)),)), insight)
        for month, side in ((1, many("delivery/late", 25)), (3, many("delivery/late", 25, first=100)))
        for history, insight in side
    ]
    run, histories = recorded(made), [history for history, _ in made]
    with pytest.raises(InputError, match="0 customers were last seen in 2025-02"):
        build_report(run, histories, options=Options(kind="change"))
    with pytest.raises(ConfigError, match="There is no period '2031-01'"):
        build_report(run, histories, options=Options(kind="change", period="2031-01"))
    with pytest.raises(ConfigError, match="needs --against"):
        build_report(run, options=Options(kind="change"))
