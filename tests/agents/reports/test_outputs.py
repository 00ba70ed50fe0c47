"""A page about one customer, workbooks, and charts as files."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.checking import check_report
from fewsight.agents.reports.model import Options
from fewsight.agents.reports.quotes.pieces import word_count
from fewsight.agents.reports.shown.markdown import report_markdown
from fewsight.agents.reports.shown.page import report_page
from fewsight.agents.reports.shown.pictures import write_pictures
from fewsight.agents.reports.shown.workbook import write_report_workbook
from fewsight.errors import ConfigError
from tests.agents.reports.conftest import Made, leaver, many
from tests.agents.reports.planted import EFFECTS, customers

Recorded = Callable[[Made], Path]


def test_one_customer(recorded: Recorded, tmp_path: Path) -> None:
    made = customers(1200, 5, EFFECTS)
    run, histories = recorded(made), [history for history, _ in made]
    name = next(history.customer_id for history, insight in made if (insight.answer or {})["reason"] == "delivery/late")
    options = Options(kind="customer", customer=name)
    report = build_report(run, histories, options=options)
    assert report.customer is not None
    assert report.words.en == f"Customer {name}: delivery: late (probability 90.0 %)."
    assert [(one.field, one.probability, one.why) for one in report.customer.answers] == [("reason", 0.9, "stated")]
    assert [one.id for one in report.customer.suggested] == ["mend_delivery", "delivery_coupon"]
    assert [one.kind for one in report.customer.happened] == ["message", "order"], "the newest first"
    history = next(history for history, _ in made if history.customer_id == name)
    values = {*history.profile.values(), history.events[0].channel, history.events[0].product, "2025-02"}
    assert {claim.scope.value for claim in report.claims} <= values, "groups that they belong to"
    for shown in (report_page(report), report_markdown(report)):
        assert "two weeks late" in shown
    assert check_report(report, run, histories) == []
    with pytest.raises(ConfigError, match="has no answer of customer 'nobody'"):
        build_report(run, histories, options=Options(kind="customer", customer="nobody"))


def test_one_customers_words_are_masked_and_short(recorded: Recorded) -> None:
    text = "I am Anna Kim, anna@example.com. " + "And more of it. " * 30
    made = [leaver(0, "delivery/late", text, name="Anna Kim"), *many("delivery/late", 30, first=1)]
    options = Options(kind="customer", customer="L0000")
    report = build_report(recorded(made), [history for history, _ in made], options=options)
    assert report.customer is not None
    (event,) = report.customer.happened
    assert event.text is not None
    assert word_count(event.text) == 30
    assert event.is_cut
    assert "Anna" not in report_page(report)


def test_no_cell_of_a_workbook_runs(recorded: Recorded, tmp_path: Path) -> None:
    made = many("delivery/late", 30, "=SUM(1,2) is what I think of late parcels {}")
    report = build_report(recorded(made), [history for history, _ in made])
    write_report_workbook(report, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert {"report", "reasons", "quotes", "actions"} <= set(book.sheetnames)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("'=SUM") for cell in cells)
    assert book["reasons"]["C2"].value == 30


def test_charts_are_pictures(recorded: Recorded, tmp_path: Path) -> None:
    made = customers(1200, 5, EFFECTS)
    report = build_report(recorded(made), [history for history, _ in made])
    paths = write_pictures(report, tmp_path / "png")
    assert {path.stem for path in paths} >= {"reasons", "claim-1", "periods"}
    for path in paths:
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG")
        assert len(data) > 3000, "there is something in it"
