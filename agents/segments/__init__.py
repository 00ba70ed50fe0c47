"""Segments: groups of customers that other samples repeat, whose ids last over runs, with cards, rules and a page.

`api` divides and assigns, `clusters` finds, `cards` describes, `registry` remembers, `privacy` hides small groups,
`audience` and `publishing` give to others. Others use the names below, and `table` for facts.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fewsight.agents.segments.api import SegmentOptions, assign, segment
    from fewsight.agents.segments.audience import export_audience
    from fewsight.agents.segments.publishing import publish_counts

_HOMES = {"export_audience": "audience", "publish_counts": "publishing"}

__all__ = ["SegmentOptions", "assign", "export_audience", "publish_counts", "segment"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in __all__:
        raise AttributeError(f"module 'fewsight.agents.segments' has no attribute {name!r}")
    return getattr(import_module(f"fewsight.agents.segments.{_HOMES.get(name, 'api')}"), name)
