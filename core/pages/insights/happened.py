"""A customer's events as a card shows them: the evidence in full, the history around it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from fewsight.events import CustomerHistory, Event, Scalar
from fewsight.pages.formats import shortened
from fewsight.tables.values.currencies import money

EVENTS: Final = 20
"""Most events of a history that a card shows: those of the evidence, and the newest others."""

EVIDENCE: Final = 12
LONGEST_ID: Final = 120
"""Most events of evidence, and most characters of an id."""

_EVIDENCE_TEXT: Final = 400
_TEXT: Final = 160
_ATTRIBUTES: Final = 6
_ATTRIBUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Happened:
    """An event in words; all but the id is empty where its history is not known."""

    id: str
    date: str = ""
    kind: str = ""
    channel: str = ""
    about: str = ""
    text: str = ""
    is_evidence: bool = False


def evidence(ids: Collection[str], history: CustomerHistory | None) -> list[Happened]:
    """The events that an answer names, in its order; at most `EVIDENCE`."""
    by_id = {event.id: event for event in history.events} if history else {}
    return [
        _happened(by_id[name], _EVIDENCE_TEXT, True) if name in by_id else Happened(shortened(name, LONGEST_ID))
        for name in list(ids)[:EVIDENCE]
    ]


def around(ids: Collection[str], history: CustomerHistory | None) -> tuple[list[Happened], int]:
    """The history with the evidence marked, oldest first, and how many older events are left out."""
    if history is None:
        return [], 0
    named = set(list(ids)[:EVIDENCE])
    others = [event.id for event in history.events if event.id not in named]
    kept = named | set(others[-(EVENTS - len(named)) :])
    shown = [_happened(event, _TEXT, event.id in named) for event in history.events if event.id in kept]
    return shown, len(history.events) - len(shown)


def _happened(event: Event, most: int, is_evidence: bool) -> Happened:
    parts = [shortened(event.product, _TEXT)] if event.product else []
    if event.amount is not None:
        parts.append(shortened(money(event.amount, event.currency), _ATTRIBUTE))
    parts += [_attribute(name, value) for name, value in list(event.attributes.items())[:_ATTRIBUTES]]
    return Happened(
        shortened(event.id, LONGEST_ID),
        event.time.date().isoformat() if event.time else "",
        shortened(event.kind.replace("_", " "), 60),
        shortened(event.channel or "", 60),
        ", ".join(parts),
        shortened(" ".join((event.text or "").split()), most),
        is_evidence,
    )


def _attribute(name: str, value: Scalar) -> str:
    said = ("yes" if value else "no") if isinstance(value, bool) else value
    return shortened(f"{name.replace('_', ' ')} {said}", _ATTRIBUTE)
