"""Files of paraphrases: a table with the columns `text` (masked, as training shows it) and `paraphrase`."""

import re
from pathlib import Path
from typing import Final

from fewsight.errors import InputError
from fewsight.prompts.problems import Problems
from fewsight.prompts.spelling import PSEUDONYM
from fewsight.tables.records import Broken
from fewsight.tables.sources.opening import open_source

COLUMNS: Final = ("text", "paraphrase")

_KEPT: Final = re.compile(rf"{PSEUDONYM.pattern}|\d+(?:[.,:/-]\d+)*")
"""Pseudonyms and numbers."""


def read_paraphrases(path: Path) -> tuple[dict[str, str], int]:
    """Text -> paraphrase from a table with these two columns, and how many lines were left out as unfaithful.

    Raises:
        InputError: the file can't be read, or has other columns.
        TaskError: cells that can't be read, or a text that is there twice with different paraphrases; all at once.
    """
    source, problems = open_source(path), Problems(f"Paraphrases {str(path)!r}")
    if missing := [name for name in COLUMNS if name not in source.columns]:
        raise InputError(f"{str(path)!r} has no column {' and no '.join(missing)}; it has {', '.join(source.columns)}.")
    places = [source.columns.index(name) for name in COLUMNS]
    known: dict[str, str] = {}
    unfaithful = 0
    for line, cells in source.records():
        pair = ["", ""] if isinstance(cells, Broken) else [cells[place] for place in places]
        if not all(isinstance(word, str) and word.strip() for word in pair):
            problems.add(f"line {line}", "text or paraphrase is missing or damaged")
        elif known.setdefault(pair[0], pair[1]) != pair[1]:
            problems.add(f"line {line}", f"{pair[0][:60]!r} is there twice; keep one paraphrase of it")
        elif unfit(*pair):
            unfaithful += 1
            del known[pair[0]]
    problems.raise_any()
    return known, unfaithful


def unfit(text: str, other: str) -> str | None:
    """Why `other` is no use as a paraphrase of `text`; None where it is.

    >>> unfit("Order 17 of [NAME_1] is late!", "order 17 of [NAME_1] is late")
    'the text itself'
    >>> unfit("Order 17 of [NAME_1] is late!", "It is late.")
    'without its numbers and pseudonyms, or with others'
    >>> unfit("Is it late?", "It may be late, since what is late is late, and late it is, but who knows.")
    'of another length'
    """
    if _letters(text) == _letters(other):
        return "the text itself"
    if set(_KEPT.findall(text)) != set(_KEPT.findall(other)):
        return "without its numbers and pseudonyms, or with others"
    if len(other) > 2 * len(text) + 20 or 3 * len(other) < len(text):
        return "of another length"
    return None


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
