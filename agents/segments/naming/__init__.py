"""Names of segments: from their facts, or by a language model whose criterion is applied back to customers.

Others use `rule_name` and `name_by_model`.
"""

from fewsight.agents.segments.naming.model import name_by_model
from fewsight.agents.segments.naming.words import rule_name

__all__ = ["name_by_model", "rule_name"]
