"""How facts become coordinates: a recipe that is fitted once, kept as data, and applied to any customer later."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from pydantic import BaseModel

from fewsight.statistics.arrays import Flags, Floats

if TYPE_CHECKING:
    import pandas as pd

MOST_WORDS: Final = 12
"""The commonest values of a text that have a feature each."""

SHARE_OF_VARIANCE: Final = 0.9
MOST_COMPONENTS: Final = 12
FAR: Final = 4.0
"""Scaled values end there: no single fact decides where a customer belongs."""

_RARE: Final = 0.02


class Feature(BaseModel):
    """One coordinate before components are taken: a fact as a number, one value of a text, or whether it is unknown.

    `(f(x) - middle) / scale`, where f is sign(x) log(1 + |x|) if `is_log`; what is unknown becomes `middle`.
    """

    fact: str
    kind: Literal["number", "word", "unknown"]
    word: str = ""
    is_log: bool = False
    middle: float = 0.0
    scale: float = 1.0


class LeftOut(BaseModel):
    """A column that can't tell customers apart, and why."""

    fact: str
    reason: str


@dataclass(frozen=True)
class Recipe:
    """Features, and the components of shape (components, features) that coordinates are taken along."""

    features: Sequence[Feature]
    components: Floats
    left_out: Sequence[LeftOut] = ()

    def coordinates(self, frame: "pd.DataFrame") -> Floats:
        """Coordinates of customers, of shape (rows, components); a fact that the frame lacks is unknown."""
        return self.scaled(frame) @ self.components.T

    def scaled(self, frame: "pd.DataFrame") -> Floats:
        """Scaled features of shape (rows, features), all between -FAR and FAR."""
        columns = [_scaled(feature, frame) for feature in self.features]
        return np.column_stack(columns) if columns else np.zeros((len(frame), 0))


def fit_recipe(frame: "pd.DataFrame", numbers: Sequence[str], texts: Sequence[str]) -> Recipe:
    """Learn medians, scales and principal components from a sample of customers.

    Scales are IQR / 1.349, or the standard deviation where the IQR is 0. There are at most 12 components, and no more
    than hold 90 % of the variance.
    """
    left_out: list[LeftOut] = []
    features: list[Feature] = []
    patterns: list[Flags] = []
    for name in (*numbers, *texts):
        known = frame[name].notna().to_numpy()
        own = _numbers(name, frame[name]) if name in numbers else _words(name, frame[name])
        pattern = _pattern(name, known, patterns)
        features += own + pattern
        if not own:
            left_out.append(LeftOut(fact=name, reason=_reason(known, is_text=name in texts)))
    scaled = Recipe(features, np.eye(len(features))).scaled(frame)
    return Recipe(features, _components(scaled), left_out)


def _reason(known: Flags, *, is_text: bool) -> str:
    if not known.any():
        return "never known"
    return "no value of some that many customers have" if is_text else "the same for all of whom it is known"


def _numbers(name: str, values: "pd.Series[Any]") -> list[Feature]:
    known = values.dropna().to_numpy(float)
    if not len(known) or known.min() == known.max():
        return []
    is_log = bool(np.abs(known).max() > 1)
    known = _logarithm(known) if is_log else known
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    scale = (high - low) / 1.349 or known.std()
    if scale < 1e-12:  # differences that are lost in rounding
        return []
    return [Feature(fact=name, kind="number", is_log=is_log, middle=float(middle), scale=float(scale))]


def _words(name: str, values: "pd.Series[Any]") -> list[Feature]:
    shares = values.value_counts(normalize=True).head(MOST_WORDS)
    words = [str(word) for word, share in shares.items() if _RARE <= share < 1]
    return [_flag(name, "word", float(shares[word]), word) for word in words]


def _pattern(name: str, known: Flags, patterns: list[Flags]) -> list[Feature]:
    """Whether a fact is unknown says something; facts that are unknown of the same customers say it once."""
    share = float(1 - known.mean())
    if not _RARE <= share <= 1 - _RARE or any(np.array_equal(known, other) for other in patterns):
        return []
    patterns.append(known)
    return [_flag(name, "unknown", share)]


def _flag(name: str, kind: Literal["word", "unknown"], share: float, word: str = "") -> Feature:
    return Feature(fact=name, kind=kind, word=word, middle=share, scale=float(np.sqrt(share * (1 - share))))


def _scaled(feature: Feature, frame: "pd.DataFrame") -> Floats:
    if feature.fact not in frame:
        return np.zeros(len(frame))
    values = frame[feature.fact]
    numbers: Floats
    if feature.kind == "unknown":
        numbers = np.asarray(values.isna(), dtype=float)
    elif feature.kind == "word":
        numbers = np.where(values.isna(), feature.middle, np.asarray(values == feature.word, dtype=float))
    else:
        numbers = np.asarray(values.to_numpy(float, na_value=np.nan))
        numbers = _logarithm(numbers) if feature.is_log else numbers
        numbers = np.where(np.isfinite(numbers), numbers, feature.middle)
    return np.clip((numbers - feature.middle) / feature.scale, -FAR, FAR)


def _logarithm(values: Floats) -> Floats:
    logarithms: Floats = np.sign(values) * np.log1p(np.abs(values))
    return logarithms


def _components(scaled: Floats) -> Floats:
    if not scaled.shape[1]:
        return np.zeros((0, 0))
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(scaled, rowvar=False)))
    order = np.argsort(values)[::-1]
    shares = np.cumsum(values[order]) / max(values.sum(), 1e-12)
    count = min(int(np.searchsorted(shares, SHARE_OF_VARIANCE)) + 1, MOST_COMPONENTS, len(order))
    chosen = vectors[:, order[:count]].T
    # signs of eigenvectors are arbitrary: the largest entry is positive, on every machine
    signs = np.sign(chosen[np.arange(count), np.abs(chosen).argmax(axis=1)])
    components: Floats = chosen * signs[:, None]
    return components
