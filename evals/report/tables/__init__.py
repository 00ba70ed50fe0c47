"""The tables of a report, from its parts, for the page and Markdown alike."""

from fewsight.evals.report.tables.arms import arms, evidence, several, standings, standings_in_words
from fewsight.evals.report.tables.changes import flips, gaps, slices
from fewsight.evals.report.tables.labels import audit_lines, by_label, confusions, disagreements, prevalence, suspects
from fewsight.evals.report.tables.metrics import metrics, pair_lines, pairs, pairs_by_error
from fewsight.evals.report.tables.probabilities import label_sets, promises, scope

__all__ = [
    "arms",
    "audit_lines",
    "by_label",
    "confusions",
    "disagreements",
    "evidence",
    "flips",
    "gaps",
    "label_sets",
    "metrics",
    "pair_lines",
    "pairs",
    "pairs_by_error",
    "prevalence",
    "promises",
    "scope",
    "several",
    "slices",
    "standings",
    "standings_in_words",
    "suspects",
]
