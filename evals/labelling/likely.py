"""How likely labels are, from answerers' shares of closed fields to what a page asks."""

from collections.abc import Callable, Mapping, Sequence

from fewsight.answers import list_key
from fewsight.events import CustomerHistory
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.answer.several import label_lists
from fewsight.prompts.labelled import GoldRow
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


def learned_suggestions(task: Task, rows: Sequence[GoldRow]) -> Suggest:
    """What label names and a head on these labelled rows say together; nothing where the usual encoder is not here."""
    from fewsight.evals.fitting.rows import read_rows
    from fewsight.evals.labelling.committee import head_members, opinions, together
    from fewsight.serving.answerers.encoders import find_encoder
    from fewsight.serving.models.names import DEFAULT_EMBEDDING, EMBEDDINGS

    if not EMBEDDINGS[DEFAULT_EMBEDDING].folder.is_dir():
        return no_suggestions
    _, encode = find_encoder(DEFAULT_EMBEDDING)
    members = head_members(task, read_rows(rows, encode) if rows else None, encode)
    labels = {field.path: field.labels for field in closed_fields(task.output)}

    def suggest(history: CustomerHistory) -> Shares:
        mean = together(opinions(task, [history], members, {}))
        shares = {path: dict(zip(labels[path], rows[0].tolist(), strict=True)) for path, rows in mean.items()}
        return by_question(shares, task)

    return suggest


def by_question(shares: Shares, task: Task) -> dict[str, Mapping[str, float]]:
    """Shares with each list of labels as one question: how likely each label belongs to it."""
    asked = dict(shares)
    for labels in label_lists(task.output):
        paths = {label: f"{labels.path}.{list_key(label)}" for label in labels.labels}
        own = {label: asked.pop(path)["true"] for label, path in paths.items() if path in asked}
        if own:
            asked[labels.path] = own
    return asked
