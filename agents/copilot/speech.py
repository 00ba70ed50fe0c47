"""Words of replies: the pattern that they are written under, their slots, and what they may not say.

Words are the model's; numbers are not. `{orders.O1.status}` is a slot, filled from the customer's state when the reply
is made.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from fewsight.agents.copilot.state import bindings, field_at, is_money, lists_of, value_at
from fewsight.prompts.answer.literals import literal

LONGEST: Final = 400
"""Characters and slots of a reply, question or follow-up."""

# No control characters, digits, braces; quotes and marks that open a tag are left out of the first character.
_FIRST: Final = r"[^\x00-\x40\x5b-\x60\x7b-\xbf０-９]"
_CHARACTER: Final = r"[^\x00-\x1f0-9{}\x7f-\x9f²³¹０-９]"
_SLOT: Final = re.compile(r"\{([^{}]*)\}")
_PLAIN: Final = re.compile(r"[\w.:#/-]+")
_PROMISES: Final = re.compile(
    r"\b(?:i|we|you|it|they|he|she)['’]ll\b|\b(?:will|shall|going to|promise|guarantee)\b|我们?会|将会|保证",
    re.IGNORECASE,
)


def slots(state: BaseModel, paths: Iterable[str]) -> dict[str, str]:
    """The texts of the state's values at paths, by name; a row of a list is named by its `id`, else by its place."""
    filled: dict[str, str] = {}
    for path in paths:
        money = is_money(field_at(type(state), path))
        for name, value in _named(state, path):
            if value is not None and _PLAIN.fullmatch(name):
                filled[name] = f"{value // 100}.{value % 100:02} {money.currency}" if money else str(value)
    return filled


def words_pattern(names: Iterable[str], *, ending: str = "[.!?。！？]", needs_slot: bool = False) -> str:
    """A regular expression of words between slots of these names, without any digit outside them."""
    slot = "|".join(literal("{" + name + "}") for name in names)
    part = f"(?:{_CHARACTER}|{slot})" if slot else _CHARACTER
    if needs_slot:
        return f"{_FIRST}{_CHARACTER}{{0,{LONGEST // 2}}}(?:{slot}){part}{{0,{LONGEST // 2}}}{ending}"
    return f"{_FIRST}{part}{{0,{LONGEST}}}{ending}"


def fill(words: str, filled: Mapping[str, str]) -> str:
    """Words with the values of their slots.

    Raises:
        KeyError: a slot is not among them.
    """
    return _SLOT.sub(lambda match: filled[match[1]], words)


def has_number(words: str) -> bool:
    """Whether there is a number, of any script, outside slots."""
    return any(unicodedata.category(letter).startswith("N") for letter in _SLOT.sub("", words))


def has_promise(words: str) -> bool:
    """Whether words say that something will happen (English and Chinese, by their usual forms)."""
    return _PROMISES.search(words) is not None


def _named(state: BaseModel, path: str) -> Iterator[tuple[str, Any]]:
    for number, rows in enumerate(bindings(state, lists_of(type(state), [path])), 1):
        parts, place = [], ""
        for part in path.split("."):
            place = f"{place}.{part}" if place else part
            parts.append(part)
            if place in rows:
                parts.append(str(getattr(rows[place], "id", number)))
        yield ".".join(parts), value_at(state, rows, path)
