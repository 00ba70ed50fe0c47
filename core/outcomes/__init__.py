"""Outcomes: what happened after a moment, the label of a question about the future, built so that nothing later leaks.

`reading` reads `any order within 30 days` or a TOML table, `outcome` counts it, `windows` says when a customer is
asked and what is censored, `bins` are labels of numbers, `sides` keeps customers apart, `telling` finds leaks.
"""

from fewsight.outcomes.outcome import Outcome, TaskOutcome
from fewsight.outcomes.reading import outcome_of_table, read_outcome

__all__ = ["Outcome", "TaskOutcome", "outcome_of_table", "read_outcome"]
