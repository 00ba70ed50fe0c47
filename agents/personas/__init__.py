"""Personas: a card for every customer on which each field is a fact, inferred by a model, or unknown.

`traits` are what a table tells, `proof` says which fields of a model an evaluation has shown to be worth something.
Others use `personas`, `read_cards`, `PersonaOptions`, and the data: `PersonaCard`, `Fact`, `Inferred`, `Unknown`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fewsight.agents.personas.api import PersonaOptions, personas, read_cards
    from fewsight.agents.personas.model import Fact, Inferred, PersonaCard, Unknown

_DATA = ("Fact", "Inferred", "PersonaCard", "Unknown")

__all__ = ["Fact", "Inferred", "PersonaCard", "PersonaOptions", "Unknown", "personas", "read_cards"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in __all__:
        raise AttributeError(f"module 'fewsight.agents.personas' has no attribute {name!r}")
    home = "model" if name in _DATA else "api"
    return getattr(import_module(f"fewsight.agents.personas.{home}"), name)
