"""What is said of segments: facts by which they are unusual, and rules in SQL, with no small group in any of them.

Others use `make_cards`, and the data: `Cards`, `Card`, `Unusual`, `Line`, `Rule`, `Criterion`.
"""

from fewsight.agents.segments.cards.making import make_cards
from fewsight.agents.segments.cards.model import Card, Cards, Criterion, Line, Rule, Unusual

__all__ = ["Card", "Cards", "Criterion", "Line", "Rule", "Unusual", "make_cards"]
