"""Figures and words of a report as pages take them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from tomllib import loads

from fewsight.agents.reports.model import Figure, Words
from fewsight.prompts.task import Language


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure as charts take it."""

    value: float
    low: float | None
    high: float | None


@lru_cache(maxsize=2)
def page_words(language: Language) -> Mapping[str, str]:
    """Titles and remarks of the page."""
    read: dict[str, dict[str, str]] = loads(
        files("fewsight.agents.reports.shown").joinpath("page.toml").read_text(encoding="utf-8")
    )
    return read[language]


def said(words: Words, language: Language) -> str:
    """The words of a language."""
    return words.zh if language == "zh" else words.en


def estimate(figure: Figure) -> Estimate:
    """A figure for a chart."""
    return Estimate(figure.value, figure.low, figure.high)
