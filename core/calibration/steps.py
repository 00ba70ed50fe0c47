"""The steps that calibrate one field: plain data, and how each changes the probabilities of the labels."""

import math
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fewsight.errors import ConfigError

LEAST: Final = 1e-12
"""Probabilities are kept this far from 0, and from 1 for log odds, where logarithms are taken."""

Shares: TypeAlias = Mapping[str, float]
"""Probabilities by label, summing to 1."""


class Part(BaseModel):
    """A frozen piece of a calibration; unknown keys and infinite numbers are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Temperature(Part):
    """Probabilities to the power of 1 / temperature, normalised (Guo et al., ICML 2017). Keeps the order of labels."""

    method: Literal["temperature"] = "temperature"
    temperature: float = Field(gt=0)

    def apply(self, shares: Shares) -> dict[str, float]:
        """Sharper below a temperature of 1, flatter above; a probability of 0 counts as `LEAST`, as in the fit."""
        logs = {label: math.log(max(share, LEAST)) / self.temperature for label, share in shares.items()}
        most = max(logs.values())
        return _normalised({label: math.exp(log - most) for label, log in logs.items()})


class Prior(Part):
    """Probabilities divided by what the prompt alone favours, normalised. May change which label is the most probable.

    `source` says where `shares` come from: answers to content-free inputs (contextual calibration, Zhao et al., ICML
    2021), or the mean over unlabelled rows (batch calibration, Zhou et al., ICLR 2024).
    """

    method: Literal["prior"] = "prior"
    source: Literal["content-free", "batch"]
    shares: dict[str, Annotated[float, Field(gt=0)]]

    def apply(self, shares: Shares) -> dict[str, float]:
        """Divide; labels must be those of the fit.

        Raises:
            ConfigError: a label has no prior.
        """
        unknown = [label for label in shares if label not in self.shares]
        if unknown:
            raise ConfigError(f"This calibration knows no label {unknown[0]!r}: fit it again for the field as it is.")
        return _normalised({label: share / self.shares[label] for label, share in shares.items()})


class Curve(Part, ABC):
    """Maps one probability: of the most probable label, or of `positive` where a field has two.

    The labels beside it share what is left in their old proportion, evenly where they had nothing.
    """

    positive: str | None = None

    @abstractmethod
    def at(self, share: float) -> float:
        """The calibrated probability."""

    def apply(self, shares: Shares) -> dict[str, float]:
        """Map the one probability and fit the others to it.

        Raises:
            ConfigError: there is no label `positive`.
        """
        mapped = self.positive if self.positive is not None else max(shares, key=shares.__getitem__)
        if mapped not in shares:
            raise ConfigError(f"This calibration is for a field with the label {mapped!r}; this one has none.")
        after = self.at(shares[mapped])
        others = {label: share for label, share in shares.items() if label != mapped}
        had = sum(others.values())
        kept = {label: share / had if had > LEAST else 1 / len(others) for label, share in others.items()}
        return {label: after if label == mapped else (1 - after) * kept[label] for label in shares}


class Platt(Curve):
    """A logistic curve over log odds (Platt, Advances in Large Margin Classifiers, 1999)."""

    method: Literal["platt"] = "platt"
    slope: float
    intercept: float

    def at(self, share: float) -> float:
        """Rises with `share` where the slope is above 0."""
        share = min(max(share, LEAST), 1 - LEAST)
        z = self.slope * math.log(share / (1 - share)) + self.intercept
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


class Isotonic(Curve):
    """A rising curve through points (Zadrozny and Elkan, KDD 2002), straight between them, flat beyond."""

    method: Literal["isotonic"] = "isotonic"
    x: tuple[float, ...] = Field(min_length=1)
    y: tuple[float, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_a_curve(self) -> Self:
        if len(self.x) != len(self.y) or any(a >= b for a, b in zip(self.x, self.x[1:], strict=False)):
            raise ValueError("x must rise, with one y for each")
        return self

    def at(self, share: float) -> float:
        """Interpolated linearly."""
        right = bisect_right(self.x, share)
        if right == 0:
            return self.y[0]
        if right == len(self.x):
            return self.y[-1]
        low, high = self.x[right - 1], self.x[right]
        return self.y[right - 1] + (self.y[right] - self.y[right - 1]) * (share - low) / (high - low)


Step: TypeAlias = Annotated[Temperature | Prior | Platt | Isotonic, Field(discriminator="method")]


def _normalised(shares: dict[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    return {label: share / total for label, share in shares.items()}
