"""Early warning: on new data customers' risk is answered, and alerts are written within a budget.

`api` is one look, `state` remembers in one folder, `thresholds` hold a rate of false alarms, `evidence` says what an
alert stands on, `drift` tests what has moved, `delivery` sends, `page` shows. Others use `watch` and `WatchOptions`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fewsight.agents.watch.api import watch
    from fewsight.agents.watch.options import WatchOptions

__all__ = ["WatchOptions", "watch"]

_HOMES = {"watch": "api", "WatchOptions": "options"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in _HOMES:
        raise AttributeError(f"module 'fewsight.agents.watch' has no attribute {name!r}")
    return getattr(import_module(f"fewsight.agents.watch.{_HOMES[name]}"), name)
