"""Texts in one spelling, so that what reads the same is found to be the same."""

import re
from typing import Final

from fewsight.events import CustomerHistory

PSEUDONYM: Final = re.compile(r"\[[^\[\]\s]{1,40}\]")
"""A pseudonym, of whatever kind and wherever it was made."""

_MOST: Final = 20_000


def text_of(history: CustomerHistory) -> str:
    """All texts of a history, in a form that spelling, white space and pseudonyms don't change; long ones are cut."""
    return one_spelling(" ".join(event.text for event in history.events if event.text)[:_MOST])


def one_spelling(text: str) -> str:
    """A text without case, with single spaces, and with all pseudonyms alike.

    >>> one_spelling("Hi [NAME_1],  where is it?")
    'hi [], where is it?'
    """
    return " ".join(PSEUDONYM.sub("[]", text).casefold().split())
