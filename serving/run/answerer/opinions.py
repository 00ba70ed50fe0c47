"""What an adviser says of items, and what it adds to their keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fewsight.digest import digest
from fewsight.events import CustomerHistory, history_record
from fewsight.prompts.task import Language
from fewsight.serving.answerers.fusion import Adviser, Opinion
from fewsight.serving.run.prepare import Item


@dataclass(frozen=True)
class Chained:
    """Two advisers: what the first makes of the model's probabilities, the second joins with its own."""

    first: Adviser
    second: Adviser
    reads_whole_history: bool = True

    def digest(self, task: str, language: Language) -> str | None:
        """See `Adviser`."""
        digests = [one.digest(task, language) for one in (self.first, self.second)]
        return digest(digests) if any(digests) else None

    def opinions(self, task: str, histories: Sequence[CustomerHistory]) -> list[dict[str, Opinion]]:
        """See `Adviser`."""
        before, after = (one.opinions(task, histories) for one in (self.first, self.second))
        return [
            {**early, **{path: replace(one, before=early.get(path)) for path, one in late.items()}}
            for early, late in zip(before, after, strict=True)
        ]


def opinions_of(adviser: Adviser, items: Sequence[Item]) -> list[Mapping[str, Opinion]]:
    """By field, for each item; empty where the adviser does not answer.

    Raises:
        ModelError: a model of its own can't be loaded.
    """
    told: list[Mapping[str, Opinion]] = [{} for _ in items]
    by_task: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        if adviser.digest(item.task, item.language) is not None:
            by_task.setdefault(item.task, []).append(place)
    for task, places in by_task.items():
        opinions = adviser.opinions(task, [items[place].history for place in places])
        for place, opinion in zip(places, opinions, strict=True):
            told[place] = opinion
    return told


def history_digest(history: CustomerHistory) -> str:
    """Of all that an adviser may read of a history: not of whose it is."""
    return digest(history_record(replace(history, customer_id="")))
