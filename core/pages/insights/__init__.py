"""What insights look like: a card in a notebook (`card`), and the page of cards that every run writes (`page`).

Others use these two. Everything that came from a customer or a model is escaped and bounded in size.
"""

from fewsight.pages.insights.page import card, page

__all__ = ["card", "page"]
