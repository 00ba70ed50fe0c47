"""fewsight: customer histories in, schema-valid insight out, with a language model that you run yourself.

Importing this package is cheap: what needs a model is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fewsight.insight import draw_cards_with

if TYPE_CHECKING:
    from fewsight.customer_facts.api import facts
    from fewsight.errors import FewsightError
    from fewsight.events import CustomerHistory, Event
    from fewsight.insight import Insight, Provenance
    from fewsight.prompts.loading.finding import load_task
    from fewsight.prompts.loading.labelling import classification_task
    from fewsight.serving.run.api import run
    from fewsight.serving.run.outcome import Run
    from fewsight.tables import ColumnMapping, open_histories

__version__ = "0.1.0"

_HOMES = {
    "ColumnMapping": "fewsight.tables",
    "CustomerHistory": "fewsight.events",
    "Event": "fewsight.events",
    "FewsightError": "fewsight.errors",
    "Insight": "fewsight.insight",
    "Provenance": "fewsight.insight",
    "Run": "fewsight.serving.run.outcome",
    "classification_task": "fewsight.prompts.loading.labelling",
    "facts": "fewsight.customer_facts.api",
    "load_task": "fewsight.prompts.loading.finding",
    "open_histories": "fewsight.tables",
    "run": "fewsight.serving.run.api",
}

__all__ = [
    "ColumnMapping",
    "CustomerHistory",
    "Event",
    "FewsightError",
    "Insight",
    "Provenance",
    "Run",
    "__version__",
    "classification_task",
    "facts",
    "load_task",
    "open_histories",
    "run",
]


def _card(insight: "Insight") -> str:
    from fewsight.pages.insights import card

    return card(insight)


draw_cards_with(_card)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in _HOMES:
        raise AttributeError(f"module 'fewsight' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
