"""Tasks, templates, budgets, shots and schemas: everything that makes a prompt.

The names below are for the `model.py` of a task folder and other code of one's own; they are loaded on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fewsight.prompts.answer.fields import Evidence, EvidenceMarker, Taxonomy
    from fewsight.prompts.loading.finding import load_task
    from fewsight.prompts.loading.labelling import classification_task
    from fewsight.prompts.task import NoneOfThese, Shot, Task

_HOMES = {
    "Evidence": "answer.fields",
    "EvidenceMarker": "answer.fields",
    "NoneOfThese": "task",
    "Shot": "task",
    "Task": "task",
    "Taxonomy": "answer.fields",
    "classification_task": "loading.labelling",
    "load_task": "loading.finding",
}

__all__ = [
    "Evidence",
    "EvidenceMarker",
    "NoneOfThese",
    "Shot",
    "Task",
    "Taxonomy",
    "classification_task",
    "load_task",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in _HOMES:
        raise AttributeError(f"module 'fewsight.prompts' has no attribute {name!r}")
    return getattr(import_module(f"fewsight.prompts.{_HOMES[name]}"), name)
