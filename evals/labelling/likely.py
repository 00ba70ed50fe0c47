"""How likely labels are, from answerers' shares of closed fields to what a page asks."""

from collections.abc import Callable, Mapping

from fewsight.answers import list_key
from fewsight.events import CustomerHistory
from fewsight.prompts.answer.several import label_lists
from fewsight.prompts.task import Task
from fewsight.serving.answerers.base import Answerer, Shares

Suggest = Callable[[CustomerHistory], Shares]
"""Of a masked history, by path of a question, how likely each label is; a list's need not sum to 1."""


def no_suggestions(history: CustomerHistory) -> Shares:  # noqa: ARG001 - of `Suggest`
    """Nothing is suggested."""
    return {}


def suggestions(answerer: Answerer, task: Task) -> Suggest:
    """What an answerer says of the task."""
    return lambda history: by_question(answerer.answer(task.name, [history])[0], task)


def by_question(shares: Shares, task: Task) -> dict[str, Mapping[str, float]]:
    """Shares with each list of labels as one question: how likely each label belongs to it."""
    asked = dict(shares)
    for labels in label_lists(task.output):
        paths = {label: f"{labels.path}.{list_key(label)}" for label in labels.labels}
        own = {label: asked.pop(path)["true"] for label, path in paths.items() if path in asked}
        if own:
            asked[labels.path] = own
    return asked
