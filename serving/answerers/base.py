"""The seam beside the engines: what says how probable labels are without asking a language model.

Every answerer is held to `tests/serving/answerers/contract.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from fewsight.events import CustomerHistory
from fewsight.prompts.task import Language

Shares = Mapping[str, Mapping[str, float]]
"""Probabilities by dotted path of a closed field and by label; those of a field sum to 1."""


class Answerer(Protocol):
    """Answers closed fields of tasks. It knows no engine, and its answers depend on the history alone."""

    def digest(self, task: str, language: Language) -> str | None:
        """Stands for everything that its answers depend on besides the history; None where it does not answer."""

    def answer(self, task: str, histories: Sequence[CustomerHistory]) -> list[Shares]:
        """Probabilities for each (masked) history, in their order; it may leave fields out, never labels of a field.

        Raises:
            ModelError: it does not answer this task, or a model of its own can't be loaded.
        """
