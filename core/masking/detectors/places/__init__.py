"""Street addresses and postcodes.

Others use `streets.streets` and `postcodes.postcodes`, each with its `TRIGGERS`.
"""

from fewsight.masking.folding import Folded
from fewsight.masking.spans import Span


def address(text: Folded, start: int, end: int) -> Span:
    """A part of a text as an address, equal to others of the same plain words."""
    return Span(start, end, "ADDRESS", "address:" + text.low[start:end])
