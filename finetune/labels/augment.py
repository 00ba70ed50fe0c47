"""Copies of training rows: with typing mistakes, in another case, in other words, or with an instruction to the model.

Copies are made of masked histories, so no mistake can hide an identifier from masking. Only what was said changes:
not the profile, products, amounts, attributes or times; of the texts, words with digits, @ or brackets (codes,
amounts, addresses, pseudonyms) stay as they are. Labels and evidence are those of the row.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from fewsight.events import CustomerHistory
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.labels.injections import with_injection
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.labelled import GoldRow
from fewsight.texts.changes import Change, in_capitals, in_lower_case, with_typos, without_punctuation

_NOTHING: Final = {
    "typos": "there is no plain word of four letters in them",
    "case": "there is no letter in them",
    "injections": "nothing was said in them, or they give no field with another label",
    "paraphrases": "there is no paraphrase of them",
}


@dataclass
class Copies:
    """Copies by kind ("typos", "case", ...), and how many rows were drawn for one but got none, by reason."""

    rows: dict[str, list[GoldRow]] = field(default_factory=dict)
    without: Counter[str] = field(default_factory=Counter)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why there are fewer copies than were asked for."""
        return tuple(
            f"{count:,} rows drawn for a copy have none: {why}" for why, count in self.without.items() if count
        )


def augment(
    rows: Sequence[GoldRow],
    held_back: Sequence[GoldRow],
    config: FinetuneConfig,
    mask: Callable[[CustomerHistory], CustomerHistory],
    paraphrases: Mapping[str, str],
    fields: Sequence[ClosedField] = (),
) -> Copies:
    """Copies of the shares of `rows` that the configuration names, and of all rows that have a paraphrase.

    Which rows get a copy, and what it says, depends on the seed and on each row's id alone. Chinese rows get none with
    typing mistakes or in another case, which are matters of a Latin keyboard. A copy that is the same question as a
    held-back row is left out.

    Args:
        rows: to train on.
        held_back: rows that must not be trained on.
        config: with the shares to copy, and the seed.
        mask: replaces identifiers in a history, as serving does.
        paraphrases: masked text -> the same in other words.
        fields: of the task, whose labels injections ask for.
    """
    shares = {
        "typos": config.augment_typos,
        "case": config.augment_case,
        "injections": config.augment_injections,
        "paraphrases": float(bool(paraphrases)),
    }
    copies = Copies({kind: [] for kind, share in shares.items() if share})
    barred = {replace(row, history=mask(row.history)).key for row in held_back} if copies.rows else set()
    for kind, rows_of_kind in copies.rows.items():
        for row in rows:
            chance = random.Random(f"{config.seed}\0{kind}\0{row.id}")  # noqa: S311 - reproducible, no secret
            if chance.random() >= shares[kind]:
                continue
            if row.language == "zh" and kind in ("typos", "case"):
                copies.without["they are in Chinese"] += 1
                continue
            history = mask(row.history)
            if kind == "injections":
                copy = _renamed(row, kind, with_injection(row, history, fields, chance))
            else:
                copy = _copy(row, kind, history, _changes(kind, history, chance, paraphrases))
            if copy is None:
                copies.without[_NOTHING[kind]] += 1
            elif copy.key in barred:
                copies.without["it would repeat a held-back row"] += 1
            else:
                rows_of_kind.append(copy)
    return copies


def _copy(row: GoldRow, kind: str, history: CustomerHistory, changes: Iterator[Change]) -> GoldRow | None:
    for change in changes:
        events = tuple(
            replace(event, text=text) if event.text and (text := change(event.text)).strip() else event
            for event in history.events
        )
        if events != history.events:
            return _renamed(row, kind, replace(history, events=events))
    return None


def _renamed(row: GoldRow, kind: str, history: CustomerHistory | None) -> GoldRow | None:
    return None if history is None else replace(row, id=f"{row.id}~{kind}", history=history, is_masked=True)


def _changes(
    kind: str, history: CustomerHistory, chance: random.Random, paraphrases: Mapping[str, str]
) -> Iterator[Change]:
    """Changes to try until one makes a difference."""
    if kind == "typos":
        products = {word for event in history.events for word in (event.product or "").lower().split()}
        yield lambda text: with_typos(text, chance, products)
    elif kind == "paraphrases":
        yield lambda text: paraphrases.get(text, text)
    else:
        yield from chance.sample((in_lower_case, without_punctuation, in_capitals), 3)
