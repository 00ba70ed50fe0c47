"""What is said of segments: facts by which they are unusual, and rules in SQL, with no small group in any of them.

Others use `make_cards`, and the data: `Cards`, `Card`, `Unusual`, `Line`, `Rule`.
"""

from fewsight.agents.segments.cards.making import make_cards
from fewsight.agents.segments.cards.model import Card, Cards, Line, Rule, Unusual

__all__ = ["Card", "Cards", "Line", "Rule", "Unusual", "make_cards"]
