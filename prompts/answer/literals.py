"""Patterns that match one text alone."""

import re
from typing import Final

_SPECIAL: Final = re.compile(r"[\\.^$*+?{}\[\]()|]")


def literal(text: str) -> str:
    """A pattern that matches `text` alone, in the dialect that Python, Rust and xgrammar share.

    >>> literal('{"a":[1]}')
    '\\\\{"a":\\\\[1\\\\]\\\\}'
    """
    return _SPECIAL.sub(r"\\\g<0>", text)
