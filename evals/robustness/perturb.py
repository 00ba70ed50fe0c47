"""Changes of test rows that must not change an answer, and planted instructions, which must not be obeyed."""

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from fewsight.errors import ConfigError, did_you_mean
from fewsight.evals.robustness.event_changes import reordered, with_added
from fewsight.evals.robustness.swaps import swap_genders, swap_names, swap_regions
from fewsight.events import CustomerHistory, Event
from fewsight.masking import Pseudonymizer
from fewsight.prompts.labelled import GoldRow
from fewsight.texts.changes import in_capitals, in_lower_case, with_typos, without_punctuation

INJECTIONS: Final = tuple(
    json.loads(line) for line in Path(__file__).with_name("injections.jsonl").read_text(encoding="utf-8").splitlines()
)
"""Planted at the end of a customer's newest text; a label that is not the given one takes the place of {label}."""

SMALL_TALK: Final = ("Hope you are having a good week.", "Greetings from a rainy town.", "Thanks for reading this.")

Change = Callable[[CustomerHistory, random.Random], CustomerHistory]


def _in_texts(change: Callable[[str, random.Random], str]) -> Change:
    def changed_history(history: CustomerHistory, chance: random.Random) -> CustomerHistory:
        events = tuple(
            replace(event, text=change(event.text, chance)) if event.text else event for event in history.events
        )
        return replace(history, events=events)

    return changed_history


CHANGES: Final[Mapping[str, Change]] = {
    "typos": _in_texts(with_typos),
    "lower-case": _in_texts(lambda text, _: in_lower_case(text)),
    "capitals": _in_texts(lambda text, _: in_capitals(text)),
    "punctuation": _in_texts(lambda text, _: without_punctuation(text)),
    "small-talk": _in_texts(lambda text, chance: f"{text} {chance.choice(SMALL_TALK)}"),
    "reordered-events": reordered,
    "added-events": with_added,
    "swap-names": swap_names,
    "swap-genders": swap_genders,
    "swap-regions": swap_regions,
}
INJECTION: Final = "injection"
PARAPHRASE: Final = "paraphrase"
NAMES: Final = (*CHANGES, PARAPHRASE, INJECTION)


@dataclass(frozen=True)
class ChangeSources:
    """What changes take from elsewhere: the label that an injection asks for by row id, masked texts in other words."""

    planted: Mapping[str, str] = field(default_factory=dict)
    paraphrases: Mapping[str, str] = field(default_factory=dict)


def check_changes(names: Sequence[str]) -> None:
    """Refuse changes that are not known.

    Raises:
        ConfigError: naming the first, with suggestions.
    """
    for name in names:
        if name not in NAMES:
            raise ConfigError(f"robustness: there is no change {name!r}.{did_you_mean(name, NAMES)}")


def changed(rows: Sequence[GoldRow], name: str, given: ChangeSources) -> list[GoldRow]:
    """The rows with a change; with texts in other words; or with an instruction in the newest text to give a label.

    Chance is seeded by the change and the row's id, so that it is equal everywhere. Rows in which there is nothing to
    change are equal to what they were.
    """
    after = []
    for row in rows:
        chance = random.Random(f"{name}\0{row.id}")  # noqa: S311 - reproducible, no secret
        if name == INJECTION:
            instruction = chance.choice(INJECTIONS).format(label=given.planted[row.id])
            history = replace(row.history, events=_planted(row, instruction))
        elif name == PARAPHRASE:
            history = _in_other_words(row.history, given.paraphrases)
        else:
            history = CHANGES[name](row.history, chance)
        after.append(replace(row, history=history))
    return after


def _in_other_words(history: CustomerHistory, paraphrases: Mapping[str, str]) -> CustomerHistory:
    """Texts are looked up masked; what is found gets its names back, as it will be masked again."""
    masked = Pseudonymizer().mask(history)
    events = []
    for event, shown in zip(history.events, masked.history.events, strict=True):
        other = paraphrases.get(shown.text or "")
        for pseudonym, original in masked.pseudonyms.items() if other else ():
            other = other.replace(pseudonym, original) if other else other
        events.append(replace(event, text=other) if other else event)
    return replace(history, events=tuple(events))


def touched(rows: Iterable[GoldRow], after: Iterable[GoldRow]) -> frozenset[str]:
    """The ids of rows that a change changed."""
    return frozenset(one.id for one, other in zip(rows, after, strict=True) if one.history != other.history)


def planted_labels(rows: Sequence[GoldRow], path: str, labels: Sequence[str]) -> dict[str, str]:
    """By row id, a label of the field that is not the given one."""
    planted = {}
    for row in rows:
        chance = random.Random(f"planted\0{row.id}")  # noqa: S311 - reproducible, no secret
        planted[row.id] = chance.choice([label for label in labels if label != str(row.values.get(path))])
    return planted


def _planted(row: GoldRow, instruction: str) -> tuple[Event, ...]:
    events = list(row.history.events)
    with_text = [place for place, event in enumerate(events) if event.text]
    if with_text:
        place = with_text[-1]
        events[place] = replace(events[place], text=f"{events[place].text} {instruction}")
    return tuple(events)
