"""The one door to the terminal: what customers and models wrote can't steer it, and no secret is shown."""

import re
from typing import Any, Final

import click

from fewsight.redaction import redact_values

# Escapes that move the cursor, set titles or paste; returns that overprint; marks that turn the direction of a line;
# halves of surrogate pairs, which can't be printed. Line feeds and tabs stay.
_STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""The text with control characters as escapes, which JSON knows too.

    >>> print(visible("\x1b]0;owned\x07 late parcel"))
    \u001b]0;owned\u0007 late parcel
    """
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def echo(text: str = "", *, err: bool = False, nl: bool = True, **style: Any) -> None:  # noqa: ANN401 - click.style's arguments
    """Print a line on stdout, or on stderr with `err`; without a line feed where `nl` is False. `style`: as click's."""
    click.secho(visible(redact_values(text)), err=err, nl=nl, **style)  # noqa: TID251 - this is the door
