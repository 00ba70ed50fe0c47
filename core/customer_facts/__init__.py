"""Facts: what code computes of a customer at a moment, each with its type, unit and formula, in a data dictionary.

`opening` computes them over a table or a stream of histories, `api` is `fewsight.facts`, `writing` makes files, `btyd`
fits models of buying. Others use `open_facts`, `FactOptions`, `FactTable` and `Fitted`.
"""

from fewsight.customer_facts.fitted import Fitted
from fewsight.customer_facts.opening import FactOptions, open_facts
from fewsight.customer_facts.table import FactTable

__all__ = ["FactOptions", "FactTable", "Fitted", "open_facts"]
