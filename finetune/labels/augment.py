"""Copies of training rows: with typing mistakes, in another case, in other words, or with an instruction to the model.

Copies are made of masked histories, so no mistake can hide an identifier from masking. Only what was said changes:
not the profile, products, amounts, attributes or times; of the texts, words with digits, @ or brackets (codes,
amounts, addresses, pseudonyms) stay as they are. Labels and evidence are those of the row.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from fewsight.events import CustomerHistory
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.labels.injections import with_injection
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.labelled.gold import GoldRow

WRONG: Final = 0.1
"""Share of a text's words that get a typing mistake; at least one word does."""

_FIXED: Final = re.compile(r"[\d@\[\]]|://|www\.")
_PLAIN: Final = re.compile(r"([\"'(]*)([A-Za-z]{4,})([.,;:!?\"')]*)")
_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE: Final = {key: row[max(i - 1, 0) : i] + row[i + 1 : i + 2] for row in _KEYS for i, key in enumerate(row)}

_NOTHING: Final = {
    "typos": "there is no plain word of four letters in them",
    "case": "there is no letter in them",
    "injections": "nothing was said in them, or they give no field with another label",
    "paraphrases": "there is no paraphrase of them",
}

Change = Callable[[str], str]
"""A text as it might have been typed."""


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
    for kind, found in copies.rows.items():
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
                found.append(copy)
    return copies


def with_typos(text: str, chance: random.Random, kept: Collection[str] = ()) -> str:
    """The text with a mistake in a tenth of its words, at least in one; words of under four letters stay.

    One mistake is a letter that is missing, struck twice, swapped with the next or taken from the key beside it: the
    four kinds of Damerau (A technique for computer detection and correction of spelling errors, Communications of the
    ACM 7(3), 1964). A word's first letter stays.

    Args:
        text: with words in the letters a to z; others stay as they are.
        chance: draws words and mistakes.
        kept: words, in lower case, that stay as they are.

    >>> with_typos("Where is my parcel [ORDER_1]?", random.Random(0))
    'Where is my parcle [ORDER_1]?'
    """
    words = re.split(r"(\s+)", text)
    matches = ((i, _PLAIN.fullmatch(word)) for i, word in enumerate(words))
    places = [(i, match) for i, match in matches if match and match[2].lower() not in kept]
    many = min(max(round(WRONG * len(places)), 1), len(places))
    for i, match in chance.sample(places, many):
        words[i] = match[1] + _mistyped(match[2], chance) + match[3]
    return "".join(words)


def in_lower_case(text: str) -> str:
    """The text without capitals.

    >>> in_lower_case("Hi, I want a refund for A-100 NOW!")
    'hi, i want a refund for A-100 now!'
    """
    return _each_word(text, str.lower)


def in_capitals(text: str) -> str:
    """The text as it is shouted.

    >>> in_capitals("where is [ORDER_1]")
    'WHERE IS [ORDER_1]'
    """
    return _each_word(text, str.upper)


def without_punctuation(text: str) -> str:
    """The text without marks at the ends of words, and without apostrophes.

    >>> without_punctuation("Hello, it isn't here! It cost 4.50.")
    'Hello it isnt here It cost 4.50.'
    """
    return _each_word(text, lambda word: re.sub(r"[.,;:!?…]+$|(?<=\w)['’](?=\w)", "", word))


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


def _mistyped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    beside = chance.choice(_BESIDE[letter.lower()])
    mistakes: Mapping[str, str] = {
        "missing": before + after,
        "twice": before + letter + letter + after,
        "swapped": before + after[0] + letter + after[1:],
        "beside": before + (beside.upper() if letter.isupper() else beside) + after,
    }
    made = mistakes[chance.choice(list(mistakes))]
    return made if made != word else mistakes["missing"]  # equal letters were swapped


def _each_word(text: str, change: Change) -> str:
    return re.sub(r"\S+", lambda match: match[0] if _FIXED.search(match[0]) else change(match[0]), text)
