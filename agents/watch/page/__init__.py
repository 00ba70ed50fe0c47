"""`watch.html`: who is at risk now, alerts over time, how the promise held, and what has moved.

Others use `page` and `PAGE`.
"""

from fewsight.agents.watch.page.page import PAGE, page

__all__ = ["PAGE", "page"]
