"""When an answer is likely enough to be shown as one."""

from collections.abc import Mapping
from typing import Final

from fewsight.answers import label_text, scored_value, without_remarks
from fewsight.insight import Insight

LIKELY: Final = 0.5
"""Least probability of an answer that is shown as a fact: below it the others together are likelier."""

MARGIN: Final = 0.1
"""Least lead over the second label: ten points."""


def is_uncertain(shares: Mapping[str, float], chosen: str) -> bool:
    """Whether the chosen label is less likely than `LIKELY`, or leads every other one by less than `MARGIN`.

    >>> is_uncertain({"refund": 0.59, "other": 0.36}, "refund"), is_uncertain({"refund": 0.52, "other": 0.47}, "refund")
    (False, True)
    """
    share = shares.get(chosen, 0.0)
    return share < LIKELY or round(share - _best_other(shares, chosen), 9) < MARGIN


def rival(shares: Mapping[str, float], chosen: str) -> str | None:
    """The likeliest of the other labels; None where there is none."""
    return max((label for label in shares if label != chosen), key=lambda label: shares[label], default=None)


def is_overruled(shares: Mapping[str, float], chosen: str) -> bool:
    """Whether another label is likelier, as where a threshold or a rule has decided."""
    return _best_other(shares, chosen) > shares.get(chosen, 0.0)


def _best_other(shares: Mapping[str, float], chosen: str) -> float:
    return max((share for label, share in shares.items() if label != chosen), default=0.0)


def deciding(insight: Insight) -> dict[str, str]:
    """The scored fields that say whether a whole card is uncertain, with their labels.

    The first field, where it is scored: later ones are details of it. Else all scored ones, as of a persona's traits.
    """
    first = next(iter(insight.answer or {}), "")
    paths = [first] if first in insight.probabilities else without_remarks(insight.probabilities)
    values = ((path, scored_value(insight.answer, path)) for path in paths)
    return {path: label_text(value) for path, value in values if isinstance(value, str | bool)}


def uncertain_fields(insight: Insight) -> list[str]:
    """Those of the deciding fields that are uncertain."""
    return [path for path, label in deciding(insight).items() if is_uncertain(insight.probabilities[path], label)]


def confidence(insight: Insight) -> float | None:
    """The least probability of the deciding fields' answers; None where nothing was scored."""
    return min((insight.probabilities[path].get(label, 0.0) for path, label in deciding(insight).items()), default=None)
