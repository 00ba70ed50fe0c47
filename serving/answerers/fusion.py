"""Two answerers that learned differently, as one: their log probabilities are added, one of them weighted.

A logarithmic opinion pool (Genest and Zidek, Combining Probability Distributions, Statistical Science 1986), with a
temperature (Guo et al., On Calibration of Modern Neural Networks, ICML 2017).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fewsight.digest import digest
from fewsight.events import CustomerHistory
from fewsight.prompts.task import Language
from fewsight.serving.answerers.base import Answerer

LEAST: Final = 1e-6
"""A smaller probability counts as this one, so that no answerer forbids a label."""


@dataclass(frozen=True, slots=True)
class Blend:
    """How much the second answerer counts beside the first, and the temperature of what both say."""

    weight: float
    temperature: float = 1.0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the second answerer says of a field, and how it counts."""

    shares: Mapping[str, float]
    blend: Blend


@dataclass(frozen=True)
class Fusion:
    """An answerer beside the language model, and by task and field how it counts. Other fields are the model's."""

    answerer: Answerer
    blends: Mapping[str, Mapping[str, Blend]]

    def digest(self, task: str, language: Language) -> str | None:
        """Stands for everything that it adds to the model's answers; None where it adds nothing."""
        answerer, blends = self.answerer.digest(task, language), self.blends.get(task)
        if answerer is None or not blends:
            return None
        return digest([answerer, {path: [one.weight, one.temperature] for path, one in blends.items()}])

    def opinions(self, task: str, histories: Sequence[CustomerHistory]) -> list[dict[str, Opinion]]:
        """For each history, by field.

        Raises:
            ModelError: the answerer's own model can't be loaded.
        """
        blends = self.blends[task]
        return [
            {path: Opinion(shares[path], blend) for path, blend in blends.items() if path in shares}
            for shares in self.answerer.answer(task, histories)
        ]


def fuse(labels: Sequence[str], shares: Sequence[float], opinion: Opinion) -> tuple[float, ...]:
    """Probabilities of both, in the order of `labels`: proportional to (shares * opinion ** weight) ** (1 / T).

    A weight of 0 leaves `shares` as they are, to the last bit.

    >>> pooled = fuse(["a", "b"], [0.5, 0.5], Opinion({"a": 0.8, "b": 0.2}, Blend(1.0)))
    >>> [round(share, 6) for share in pooled]
    [0.8, 0.2]
    """
    weight, temperature = opinion.blend.weight, opinion.blend.temperature
    if weight == 0:
        return tuple(shares)
    logs = [
        (_log(own) + weight * _log(opinion.shares[label])) / temperature
        for label, own in zip(labels, shares, strict=True)
    ]
    top = max(logs)
    odds = [math.exp(log - top) for log in logs]
    total = sum(odds)
    return tuple(one / total for one in odds)


def _log(share: float) -> float:
    return math.log(max(share, LEAST))
