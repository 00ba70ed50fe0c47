"""Charts as inline SVG, from plain numbers. Colours are the page's, so they follow light and dark; texts are escaped.

Every chart is drawn twice, for wide places (640 pixels) and for phones (330), and the page shows the one that fits, so
its words keep their size; a reliability diagram (300) fits both. Form and name tell parts apart, not colour alone.
"""

from fewsight.pages.charts.bars import bars
from fewsight.pages.charts.growth import growth
from fewsight.pages.charts.intervals import Range, intervals, ranges
from fewsight.pages.charts.lines import lines, trend
from fewsight.pages.charts.reliability import reliability
from fewsight.pages.charts.scatter import pareto, scatter

__all__ = ["Range", "bars", "growth", "intervals", "lines", "pareto", "ranges", "reliability", "scatter", "trend"]
