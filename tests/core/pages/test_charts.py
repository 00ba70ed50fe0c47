"""Charts are well-formed, put marks where values say, and take no text for markup."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from fewsight.pages import charts

HOSTILE = '"><script>alert(1)</script>&'


@dataclass(frozen=True)
class Share:
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bin:
    confidence: float
    right: float
    rows: int


def drawings(chart: Markup) -> list[ElementTree.Element]:
    """The wide one and the one for phones; one that fits both."""
    return [one for one in ElementTree.fromstring(f"<div>{chart}</div>").iter() if one.tag == "svg"]


def parsed(chart: Markup) -> ElementTree.Element:
    return drawings(chart)[0]


def marks(chart: Markup, across: str = "cx") -> list[float]:
    return [float(circle.attrib[across]) for circle in parsed(chart).iter("circle")]


CHARTS: dict[str, Callable[[str], Markup]] = {
    "bars": lambda name: charts.bars({name: 0.4, "b": 0.2}, name),
    "intervals": lambda name: charts.intervals({name: Share(0.5, 0.4, 0.6), "b": Share(0.3)}, name, [name]),
    "ranges": lambda name: charts.ranges([charts.Range(name, 50.0, 20.0, None, name)], name),
    "lines": lambda name: charts.lines({name: [(0.0, 0.1), (1.0, 0.4)]}, name, name),
    "trend": lambda name: charts.trend([(1.0, 2.0), (5.0, 1.0)], name, name, name),
    "growth": lambda name: charts.growth({name: [(10, Share(0.5, 0.4, 0.6)), (100, Share(0.7))]}, name, name),
    "scatter": lambda name: charts.scatter({name: (1.0, 0.5), "b": (100.0, 0.9)}, name),
    "reliability": lambda name: charts.reliability(name, [Bin(0.8, 0.7, 10)], [Bin(0.7, 0.7, 10)]),
}


@pytest.mark.parametrize("kind", CHARTS)
def test_names_stay_text(kind: str) -> None:
    for svg in drawings(CHARTS[kind](HOSTILE)):
        assert {element.tag for element in svg.iter()} <= {
            "svg", "g", "title", "text", "line", "path", "polyline", "circle", "rect",
        }  # fmt: skip
        assert HOSTILE in "".join(svg.attrib["aria-label"])


@pytest.mark.parametrize("name", ["a", "a rather long name of an arm that has to be cut somewhere"])
@pytest.mark.parametrize("kind", CHARTS)
def test_marks_and_words_stay_inside(kind: str, name: str) -> None:
    chart = CHARTS[kind](name)
    for svg in drawings(chart):
        width, height = map(float, svg.attrib["viewBox"].split()[2:])
        most = {"x": width, "x1": width, "x2": width, "cx": width, "y": height, "y1": height, "y2": height}
        for element in svg.iter():
            for place, end in (most | {"cy": height}).items():
                assert 0 <= float(element.attrib.get(place, 0)) <= end
        for text in svg.iter("text"):
            begin, end = extent(text)
            assert begin >= 0, text.text
            assert end <= width, text.text
    assert "nan" not in re.sub(r"<title>.*?</title>", "", str(chart))


def extent(text: ElementTree.Element) -> tuple[float, float]:
    """Where words begin and end, at 6.3 pixels a character, the mean of the page's font at its size."""
    x, length = float(text.attrib["x"]), 6.3 * len(text.text or "")
    before = {"end": 1.0, "tick": 0.5}.get(text.attrib["class"], 0.0)
    return x - before * length, x + (1 - before) * length


@pytest.mark.parametrize("kind", CHARTS)
def test_a_phone_shows_a_drawing_of_its_own_without_scaling_it(kind: str) -> None:
    *_, narrow = drawings(CHARTS[kind]("a"))
    page, paddings = 390, 2 * (12 + 1 + 16)
    assert float(narrow.attrib["width"]) <= page - paddings
    assert narrow.attrib["width"] == narrow.attrib["viewBox"].split()[2]


def test_the_highest_share_is_first_and_furthest_right() -> None:
    chart = charts.intervals({"low": Share(0.2), "high": Share(0.8)}, "x")
    first, second = marks(chart)
    assert first > second
    assert [text.text for text in parsed(chart).iter("text") if text.attrib["class"] == "end"] == ["high", "low"]


def test_an_infinite_limit_is_no_limit() -> None:
    assert charts.intervals({"a": Share(0.5, float("-inf"), float("inf"))}, "x") == charts.intervals(
        {"a": Share(0.5)}, "x"
    )


def test_a_bar_is_as_long_as_its_value() -> None:
    half, full = (float(bar.attrib["width"]) for bar in parsed(charts.bars({"a": 0.5, "b": 1.0}, "x")).iter("rect"))
    assert half == pytest.approx(full / 2, abs=0.1)
    assert "<rect" not in charts.bars({}, "x")


def test_a_power_of_ten_is_as_far_as_the_next() -> None:
    rows = [charts.Range("a", value, None, None, "") for value in (1.0, 10.0, 100.0)]
    one, ten, hundred = marks(charts.ranges(rows, "x"))
    assert ten - one == pytest.approx(hundred - ten, abs=0.2)


def test_a_calibrated_mark_lies_on_the_diagonal() -> None:
    chart = charts.reliability("a", [Bin(0.3, 0.3, 5)])
    (diagonal,) = (line for line in parsed(chart).iter("line"))
    x0, x1, y0, y1 = (float(diagonal.attrib[name]) for name in ("x1", "x2", "y1", "y2"))
    (x,), (y,) = marks(chart), marks(chart, "cy")
    assert (x - x0) / (x1 - x0) == pytest.approx((y - y0) / (y1 - y0), abs=1e-3)
