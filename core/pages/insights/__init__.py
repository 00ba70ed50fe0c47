"""What insights look like: a card (`card`) and a whole run (`run_card`) in notebooks, and a page of every run (`page`).

Others use these three. Everything that came from a customer or a model is escaped and bounded in size.
"""

from fewsight.pages.insights.page import card, page
from fewsight.pages.insights.run_card import run_card

__all__ = ["card", "page", "run_card"]
