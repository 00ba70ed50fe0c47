"""A history as the page shows it: masked, every event with its whole text, the newest events first in sight."""

import re
from typing import Any, Final

from fewsight.console import visible
from fewsight.events import CustomerHistory, Event
from fewsight.evidence import reference
from fewsight.language import guess_language
from fewsight.prompts.task import Language
from fewsight.prompts.view import event_line, view

MOST_EVENTS: Final = 1000
"""The newest ones are sent."""

MOST_TEXT: Final = 8000
"""Characters of one event's text that are sent; a model reads fewer."""

_SPACES: Final = re.compile(r"[ \t\f\v]+")
_EMPTY_LINES: Final = re.compile(r"\n\s*\n\s*")


def shown_history(history: CustomerHistory) -> dict[str, Any]:
    """A (masked) history as plain data: `message` where it is one bare text, else profile, facts and events.

    Events are oldest first; `older` counts those that are not sent. They are named as in labelled rows.
    """
    language = guess_language(" ".join(event.text or "" for event in history.events[-20:])[:4000])
    seen = view(history, language, keep=range(len(history.events)) if len(history.events) == 1 else ())
    if seen.message is not None:
        return {"message": _text(history.events[0]), "profile": [], "facts": [], "events": [], "older": 0}
    older = max(len(history.events) - MOST_EVENTS, 0)
    events = [_event(event, number, language) for number, event in enumerate(history.events, 1)][older:]
    lines = {"profile": [visible(line) for line in seen.profile], "facts": [visible(line) for line in seen.facts]}
    return {"message": None, **lines, "events": events, "older": older}


def _event(event: Event, number: int, language: Language) -> dict[str, str]:
    return {"ref": reference(number), "line": visible(event_line(event, "", language)), "text": _text(event)}


def _text(event: Event) -> str:
    """Its text with lines kept, and without the empty space that pages of mail are full of."""
    text = _EMPTY_LINES.sub(
        "\n\n", _SPACES.sub(" ", (event.text or "").replace("\r\n", "\n").replace("\r", "\n"))
    ).strip()
    return visible(
        text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]} [{len(text) - MOST_TEXT:,} more characters]"
    )
