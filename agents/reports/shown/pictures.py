"""Charts of a report as PNG files, for slides and mails."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from fewsight.agents.reports.model import Report
from fewsight.agents.reports.shown.figures import Estimate, estimate, page_words, said
from fewsight.agents.reports.shown.page import period_bars, sides, whole
from fewsight.agents.reports.shown.voices import complaint_shares
from fewsight.errors import ConfigError
from fewsight.files import replacing
from fewsight.pages import charts

_SVG: Final = re.compile(r"<svg .*?</svg>", re.DOTALL)
_ZOOM: Final = 2.0
_STYLE: Final = """
text { font-family: "DejaVu Sans", "Liberation Sans", "Noto Sans CJK SC", sans-serif; font-size: 12px; fill: #1d2330; }
.tick { fill: #5d6574; text-anchor: middle; } .end { text-anchor: end; }
.grid { stroke: #dfe3ea; } .axis { stroke: #5d6574; fill: none; }
.reach { stroke: #3f6fd8; stroke-width: 2.5; } .dot, .amount { fill: #3f6fd8; }
.hollow { fill: #ffffff; stroke: #3f6fd8; stroke-width: 2; } .curve { fill: none; stroke: #3f6fd8; stroke-width: 2; }
"""
"""The page's light theme, in literal colours."""


def write_pictures(report: Report, folder: Path) -> list[Path]:
    """Write every chart of a report into a folder; returns the files.

    Raises:
        ConfigError: what draws them is not installed.
        OSError: the folder can't be written.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise ConfigError('PNG charts need resvg: pip install "fewsight[charts]".') from error
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, chart in _charts(report):
        match = _SVG.search(chart)
        assert match is not None
        svg = match[0].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        with replacing(folder / f"{name}.png") as target:
            target.write_bytes(bytes(svg_to_bytes(svg, background="#ffffff", zoom=_ZOOM, style_sheet=_STYLE)))
        paths.append(folder / f"{name}.png")
    return paths


def _charts(report: Report) -> Iterator[tuple[str, str]]:
    language = report.options.language
    words = page_words(language)
    reasons: Mapping[str, Estimate] = {said(one.words, language): estimate(one.share) for one in report.reasons}
    if reasons:
        yield "reasons", charts.intervals(reasons, words["reasons_label"])
    if report.voice and (shares := complaint_shares(report)):
        yield "complaints", charts.intervals(shares, words["complaints_label"])
    for number, claim in enumerate(report.claims, 1):
        both = sides(claim, words)
        yield f"claim-{number}", charts.intervals(both, words["sides"], list(both)[1:])
    if report.periods:
        yield "periods", charts.bars(period_bars(report), words["time_label"], written=whole)
