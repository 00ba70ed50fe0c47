"""Shares of many groups, drawn towards what they have in common as far as their sizes ask for.

A beta-binomial model whose prior is fitted to the groups (empirical Bayes: Kleinman, JASA 68, 1973): a group of few
customers is not first or last by chance alone.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from fewsight.agents.reports.model import Figure

_MOST_ALIKE: Final = 1e5
"""The prior's weight, in customers, where groups differ no more than chance makes them."""


def shrunk_shares(hits: Sequence[int], customers: Sequence[int], confidence: float = 0.95) -> list[Figure]:
    """The share of each group with the interval of its posterior; the prior's own uncertainty is not in it."""
    from scipy.stats import beta

    if not hits:
        return []
    mean, weight = _prior(np.array(hits, dtype=float), np.array(customers, dtype=float))
    figures = []
    for k, n in zip(hits, customers, strict=True):
        a, b = mean * weight + k, (1 - mean) * weight + n - k
        low, high = (float(beta.ppf(tail, a, b)) for tail in ((1 - confidence) / 2, (1 + confidence) / 2))
        figures.append(Figure(value=a / (a + b), low=low, high=high, confidence=confidence))
    return figures


def _prior(hits: "np.ndarray", customers: "np.ndarray") -> tuple[float, float]:
    """Mean and weight, by moments: the spread of shares less what chance gives them."""
    total = customers.sum()
    mean = float(np.clip(hits.sum() / total, 1e-6, 1 - 1e-6))
    if len(hits) < 2:
        return mean, _MOST_ALIKE
    spread = float((customers * (hits / customers - mean) ** 2).sum())
    chance = mean * (1 - mean)
    among = total - float((customers**2).sum()) / total
    variance = (spread - (len(hits) - 1) * chance) / among
    if variance <= 0:
        return mean, _MOST_ALIKE
    return mean, float(np.clip(chance / variance - 1, 1.0, _MOST_ALIKE))
