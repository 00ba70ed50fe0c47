"""Segments: groups of customers that other samples repeat, whose ids last over runs, with cards, rules and a page.

`api` divides and assigns, `clusters` finds, `cards` describes, `registry` remembers, `privacy` hides small groups.
Others use `segment`, `assign` and `SegmentOptions`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fewsight.agents.segments.api import SegmentOptions, assign, segment

__all__ = ["SegmentOptions", "assign", "segment"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in __all__:
        raise AttributeError(f"module 'fewsight.agents.segments' has no attribute {name!r}")
    return getattr(import_module("fewsight.agents.segments.api"), name)
