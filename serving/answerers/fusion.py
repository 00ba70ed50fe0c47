"""Answerers that learned differently, as one: their log probabilities are weighted and added.

A logarithmic opinion pool (Genest and Zidek, Combining Probability Distributions, Statistical Science 1986), with a
temperature (Guo et al., On Calibration of Modern Neural Networks, ICML 2017).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

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
    """What others than the model say of a field, and how both count.

    Args:
        logs: their log probabilities by label, weighted and added; of any sum, as they are normalised afterwards.
        own: the weight of the model's own log probabilities; with 0 the model is not asked.
        temperature: of all together.
        before: an opinion that the model's probabilities are joined with first.
    """

    logs: Mapping[str, float]
    own: float = 1.0
    temperature: float = 1.0
    before: "Opinion | None" = None

    @classmethod
    def of(cls, shares: Mapping[str, float], blend: Blend) -> Self:
        """Of one other answerer's probabilities; a weight of 0 leaves the model's as they are."""
        if blend.weight == 0:
            return cls(dict.fromkeys(shares, 0.0))
        logs = {label: blend.weight * log_share(share) for label, share in shares.items()}
        return cls(logs, temperature=blend.temperature)


class Adviser(Protocol):
    """What says how probable labels are in runs, beside a language model or in its place."""

    @property
    def reads_whole_history(self) -> bool:
        """Whether an answer's key must hold the whole history, and not the prompt alone."""

    def digest(self, task: str, language: Language) -> str | None:
        """Stands for everything that it adds to the model's answers; None where it adds nothing."""

    def opinions(self, task: str, histories: Sequence[CustomerHistory]) -> list[dict[str, Opinion]]:
        """For each history, by field.

        Raises:
            ModelError: a model of its own can't be loaded.
        """


@dataclass(frozen=True)
class Fusion:
    """An answerer beside the language model, and by task and field how it counts. Other fields are the model's."""

    answerer: Answerer
    blends: Mapping[str, Mapping[str, Blend]]
    reads_whole_history: bool = False

    def digest(self, task: str, language: Language) -> str | None:
        """See `Adviser`."""
        answerer, blends = self.answerer.digest(task, language), self.blends.get(task)
        if answerer is None or not blends:
            return None
        return digest([answerer, {path: [one.weight, one.temperature] for path, one in blends.items()}])

    def opinions(self, task: str, histories: Sequence[CustomerHistory]) -> list[dict[str, Opinion]]:
        """See `Adviser`."""
        blends = self.blends[task]
        return [
            {path: Opinion.of(shares[path], blend) for path, blend in blends.items() if path in shares}
            for shares in self.answerer.answer(task, histories)
        ]


def fuse(labels: Sequence[str], shares: Sequence[float], opinion: Opinion) -> tuple[float, ...]:
    """Probabilities of all, in the order of `labels`: proportional to (shares ** own * exp(logs)) ** (1 / T).

    An opinion without logs leaves `shares` as they are, to the last bit.

    >>> pooled = fuse(["a", "b"], [0.5, 0.5], Opinion.of({"a": 0.8, "b": 0.2}, Blend(1.0)))
    >>> [round(share, 6) for share in pooled]
    [0.8, 0.2]
    """
    if opinion.before is not None:
        shares = fuse(labels, shares, opinion.before)
    if (opinion.own, opinion.temperature) == (1.0, 1.0) and not any(opinion.logs.values()):
        return tuple(shares)
    logs = [
        (opinion.own * log_share(own) + opinion.logs[label]) / opinion.temperature
        for label, own in zip(labels, shares, strict=True)
    ]
    top = max(logs)
    odds = [math.exp(log - top) for log in logs]
    total = sum(odds)
    return tuple(one / total for one in odds)


def log_share(share: float) -> float:
    """The logarithm of a probability that counts as `LEAST` where it is smaller."""
    return math.log(max(share, LEAST))
