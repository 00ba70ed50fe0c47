"""Pseudonyms: how they look, how they are numbered, and how an answer gets its words back."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from fewsight.errors import ConfigError
from fewsight.masking.folding import Folded
from fewsight.masking.spans import KINDS, Span

_SHAPE: Final = re.compile(r"\[(?:[A-Z]+_)?[A-Z]+_[0-9]+\]")
_ALIKE = re.compile(rf"[\[【〔] ?(?:[a-z]+[_-])?(?:{'|'.join(KINDS).lower()})[_-][0-9]+ ?[\]】〕]")


class Restored(NamedTuple):
    """A text with its values put back. `unknown` names pseudonyms that are not this customer's; they stay in place."""

    text: str
    unknown: tuple[str, ...]


def restore(text: str, pseudonyms: Mapping[str, str]) -> Restored:
    """Put one customer's values back into a text that speaks of them by pseudonyms, in the form seen first.

    Values are put in once: what looks like a pseudonym inside of a value is left alone.

    >>> restore("[NAME_1] wrote from [EMAIL_7]", {"[NAME_1]": "Anna"})
    Restored(text='Anna wrote from [EMAIL_7]', unknown=('[EMAIL_7]',))
    """
    unknown: dict[str, None] = {}

    def value(match: re.Match[str]) -> str:
        if match[0] not in pseudonyms:
            unknown[match[0]] = None
            return match[0]
        return pseudonyms[match[0]]

    restored = _SHAPE.sub(value, text)
    return Restored(restored, tuple(unknown))


def forged(text: Folded) -> Iterator[Span]:
    """Parts of a customer's text that look like a pseudonym, so that they can never stand for somebody's value."""
    if "[" in text.low or "【" in text.low or "〔" in text.low:
        for match in (*_SHAPE.finditer(text.text), *_ALIKE.finditer(text.low)):
            yield Span(match.start(), match.end(), "LITERAL")


class Numbering:
    """The pseudonyms of one customer, numbered by kind as they are asked for."""

    def __init__(self, namespace: str) -> None:
        self.originals: dict[str, str] = {}
        self._prefix = f"{namespace}_" if namespace else ""
        self._by_key: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def pseudonym(self, kind: str, key: str, original: str) -> str:
        """The pseudonym of a value: the earlier one when an equal key was seen.

        Raises:
            ConfigError: a detector named a kind that is not made of upper-case ASCII letters.
        """
        if key in self._by_key:
            return self._by_key[key]
        if not re.fullmatch("[A-Z]+", kind):
            raise ConfigError(f"A detector named the kind {kind!r}; use upper-case letters only, like 'EMAIL'.")
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        pseudonym = self._by_key[key] = f"[{self._prefix}{kind}_{number}]"
        self.originals[pseudonym] = original
        return pseudonym
