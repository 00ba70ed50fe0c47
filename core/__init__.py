"""fewsight: customer histories in, schema-valid insight out, with a language model that you run yourself.

Importing this package is cheap: what needs a model is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fewsight.errors import FewsightError
    from fewsight.events import CustomerHistory, Event
    from fewsight.insight import Insight, Provenance

__version__ = "0.1.0"

_HOMES = {
    "CustomerHistory": "fewsight.events",
    "Event": "fewsight.events",
    "FewsightError": "fewsight.errors",
    "Insight": "fewsight.insight",
    "Provenance": "fewsight.insight",
}

__all__ = ["CustomerHistory", "Event", "FewsightError", "Insight", "Provenance", "__version__"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in _HOMES:
        raise AttributeError(f"module 'fewsight' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
