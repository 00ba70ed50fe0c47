"""Which column is what: names in many languages (`columns.toml`), then values, each choice with its reason.

Others may use `guess` and `Sheet`; the words of a table's kinds and authors are in `fewsight.tables.words`.
"""

from fewsight.tables.columns.guess import guess
from fewsight.tables.columns.sheet import Sheet

__all__ = ["Sheet", "guess"]
