"""The page of segments, on the kit of `fewsight.pages`.

Others use `page`.
"""

from fewsight.agents.segments.page.page import page

__all__ = ["page"]
