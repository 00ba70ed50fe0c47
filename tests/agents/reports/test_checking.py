"""`fewsight report churn` and `fewsight report check`."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fewsight.agents.reports.checking import check_report, read_report
from fewsight.cli import root
from fewsight.errors import ConfigError, InputError
from tests.agents.reports.planted import EFFECTS, customers, record

COLUMNS = ("customer_id", "event_id", "time", "kind", "channel", "text", "product", "amount", "currency")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with its table, and its report."""
    place = tmp_path_factory.mktemp("reports")
    made = customers(1200, 5, EFFECTS)
    record(place / "run", made)
    with (place / "events.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for history, _ in made:
            for one in history.events:
                amount = None if one.amount is None else f"{one.amount / 100:.2f}"
                when = one.time and one.time.isoformat()
                cells = (when, one.kind, one.channel, one.text, one.product, amount, one.currency)
                writer.writerow((history.customer_id, one.id, *cells))
    outputs = [word for name in ("report.json", "report.html", "report.md") for word in ("--out", str(place / name))]
    result = CliRunner().invoke(root, ["report", "churn", *source(place), *outputs], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return place


def source(place: Path) -> list[str]:
    return ["--run", str(place / "run"), "--histories", str(place / "events.csv")]


def check(place: Path, name: str) -> Result:
    return CliRunner().invoke(root, ["report", "check", str(place / name), *source(place)], catch_exceptions=False)


def test_a_report_holds(folder: Path) -> None:
    result = check(folder, "report.json")
    assert (result.exit_code, result.output.endswith("all of it holds.\n")) == (0, True)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("leaving", "value"), 0.5),
        (("counts", "answered"), 1201),
        (("claims", 0, "n"), 7),
        (("claims", 0, "value", "high"), 0.9),
        (("claims", 0, "q"), 1e-30),
        (("claims", 0, "direction"), "less"),
        (("claims", 0, "words", "en"), "All is well."),
        (("reasons", 0, "quotes", 0, "text"), "I love this shop so much."),
        (("reasons", 0, "quotes", 0, "source", "event"), "C00001-2"),
        (("reasons", 0, "known", "stated"), 1),
        (("worth",), 1),
        (("looked", "tested"), 3),
        (("periods", 0, "leaving"), 3),
    ],
)
def test_a_changed_report_does_not_hold(folder: Path, path: tuple[str | int, ...], value: object) -> None:
    stated: Any = json.loads((folder / "report.json").read_text())
    place = stated
    for step in path[:-1]:
        place = place[step]
    assert place[path[-1]] != value
    place[path[-1]] = value
    (folder / "changed.json").write_text(json.dumps(stated))
    result = check(folder, "changed.json")
    assert result.exit_code == 1
    assert repr(value) in result.output
    assert result.output.count("\n") == 1, "nothing else differs"


def test_a_claim_too_few_is_seen(folder: Path) -> None:
    report = read_report(folder / "report.json")
    fewer = report.model_copy(update={"claims": report.claims[1:]})
    assert any("claims: the report has" in line for line in check_report(fewer, folder / "run"))


def test_without_the_table_it_does_not_hold(folder: Path) -> None:
    assert check_report(read_report(folder / "report.json"), folder / "run")


def test_the_page_and_markdown_say_the_same_numbers(folder: Path) -> None:
    report = read_report(folder / "report.json")
    page, markdown = (folder / "report.html").read_text(), (folder / "report.md").read_text()
    assert report.claims
    for claim in report.claims:
        assert claim.words.en.replace("+", "&#43;") in page or claim.words.en in page
        assert claim.words.en in markdown
    assert "as answered, uncorrected" in page
    assert "as answered, uncorrected" in markdown


def test_chinese(folder: Path) -> None:
    words = ["report", "churn", *source(folder), "--language", "zh", "--out", str(folder / "zh.html")]
    assert CliRunner().invoke(root, words, catch_exceptions=False).exit_code == 0
    page = (folder / "zh.html").read_text()
    assert "客户为何流失" in page
    assert "Reasons" not in page
    assert "配送总是迟到" in page


def test_what_is_no_report_is_refused(folder: Path) -> None:
    (folder / "none.json").write_text('{"kind": "churn"}')
    with pytest.raises(InputError, match="is no report"):
        check(folder, "none.json")
    with pytest.raises(ConfigError, match="Can't tell a format"):
        CliRunner().invoke(
            root, ["report", "churn", *source(folder), "--out", str(folder / "r.pdf")], catch_exceptions=False
        )
