"""What all pages share: one style for light and dark, escaped values, formats and tables."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from fewsight.pages import formats
from fewsight.pages.environment import render
from fewsight.pages.table import Table


@dataclass(frozen=True)
class Figure:
    value: float
    low: float | None
    high: float | None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.jinja").write_text(
        '{% extends "base.jinja" %}{% from "tables.jinja" import show_table with context %}'
        "{% block title %}{{ title }}{% endblock %}"
        "{% block body %}<main>{{ rows | grouped }} {{ formats.percent(0.5) }} {{ show_table(table, 6) }}"
        "{{ charts.bars({title: 0.5}, title) }}</main>{% endblock %}"
    )
    return tmp_path


def test_a_page_of_another_room_is_whole_and_escaped(folder: Path) -> None:
    table = Table(["<i>", "n"], [["a long name", "<b>"], ["b", "2"]], {(1, 1)})
    html = render("mine.jinja", folder, title="<script>", rows=12345, table=table)
    assert "<script" not in html
    assert "<title>&lt;script&gt;</title>" in html
    assert "12,345 50.0 %" in html
    assert "a lon…" in html
    assert "<td>&lt;b&gt;</td>" in html
    assert '<td class="strong">2</td>' in html
    assert "default-src 'none'" in html
    assert not re.search(r"https?:|url\(|@import", html)


def test_what_is_missing_is_an_error(folder: Path) -> None:
    with pytest.raises(UndefinedError):
        render("mine.jinja", folder, title="x", rows=1)


def test_every_colour_has_a_dark_one() -> None:
    css = (Path(str(formats.__file__)).parent / "theme.css").read_text()
    light, dark = css.split("prefers-color-scheme: dark", 1)
    assert set(re.findall(r"(--[a-z0-9-]+):", light)) == set(re.findall(r"(--[a-z0-9-]+):", dark))


def test_figures_are_written_with_their_limits() -> None:
    assert formats.share(Figure(0.93, 0.921, 0.939)) == "93.0 % (92.1 to 93.9)"
    assert formats.share(Figure(0.93, None, 0.939)) == "93.0 %"
    assert formats.points(Figure(-0.01, -0.02, 0.005)) == "-1.0 (-2.0 to +0.5)"
    assert formats.number(Figure(0.4, None, float("inf")), 1) == "0.4 (? to ?)"


def test_markdown_takes_no_cell_for_markup() -> None:
    table = Table(["", "a|b"], [["<x>", "1\n2"]], {(0, 1)})
    assert table.markdown() == ["|  | a\\|b |", "| --- | --- |", "| &lt;x> | **1 2** |", ""]
