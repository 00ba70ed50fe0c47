"""Tells the truth about a history from its events and from what was said in them.

Nothing is planted beside the events: a phrasing carries labels, an act has a meaning, and the truth is their sum. So it
holds for every cut of a history: `read_truth(history.as_of(t), said)` is the truth at t.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from fewsight.events import CustomerHistory, Event
from fewsight.shop.truth.churn import read_churn
from fewsight.shop.truth.persona import read_persona
from fewsight.shop.truth.record import Record, ids
from fewsight.shop.truth.truth import Finding, Said, Truth

ASPECTS: Final = ("quality", "price", "delivery", "service", "usability", "returns")
WRITTEN: Final = frozenset(("message", "ticket", "call"))
"""Kinds of events that hold a request of the customer."""

_NOT_MENTIONED: Final = Finding("not_mentioned")


def read_truth(history: CustomerHistory, said: Said) -> Truth:
    """Tell the truth about a history."""
    record = Record(history, said)
    persona, persona_notes = read_persona(record)
    churn, churn_notes = read_churn(record)
    return Truth(
        intent=_intent(record),
        sentiment=_overall(record),
        aspects=_aspects(record),
        churn_reason=churn,
        persona=persona,
        notes=(*churn_notes, *_stars(record), *persona_notes),
        phrasings={event.id: tuple([p.id for p in said[event.id]]) for event in history.events if event.id in said},
    )


def _intent(record: Record) -> Finding | None:
    newest = next((event for event in reversed(record.events) if event.kind in WRITTEN), None)
    intents = [p.intent for event, p in record.told if event is newest and p.intent]
    return Finding(intents[0], (newest.id,)) if newest and intents else None


def _overall(record: Record) -> Finding:
    shown: dict[str, list[Event]] = {"positive": [], "negative": [], "mixed": [], "neutral": []}
    for event, phrasing in record.told:
        shown[phrasing.tone].append(event)
    for event in record.events:
        if not event.text and "stars" in event.attributes:
            shown[_rating_tone(event)].append(event)
    value = overall_tone({tone: len(events) for tone, events in shown.items()})
    if value == "neutral":
        return Finding("neutral")
    told = shown[value] if value != "mixed" else shown["positive"] + shown["negative"] + shown["mixed"]
    return Finding(value, _ordered(record, told))


def overall_tone(counts: Mapping[str, int]) -> str:
    """The tone of several texts: that of three in four of those that have one, else mixed; neutral where none has.

    >>> overall_tone({"positive": 3, "negative": 1}), overall_tone({"positive": 2, "negative": 1})
    ('positive', 'mixed')
    """
    both = counts.get("mixed", 0)
    good, bad = counts.get("positive", 0) + both, counts.get("negative", 0) + both
    if not good and not bad:
        return "neutral"
    if good >= 3 * bad or bad >= 3 * good:
        return "positive" if good > bad else "negative"
    return "mixed"


def _ordered(record: Record, shown: list[Event]) -> tuple[str, ...]:
    known = {event.id for event in shown}
    return tuple([event.id for event in record.events if event.id in known])


def _rating_tone(event: Event) -> str:
    stars = event.attributes["stars"]
    if not isinstance(stars, int) or stars == 3:
        return "neutral"
    return "positive" if stars > 3 else "negative"


def _aspects(record: Record) -> dict[str, Finding]:
    told: dict[str, list[tuple[str, Event]]] = defaultdict(list)
    for event, phrasing in record.told:
        for aspect, polarity in phrasing.aspects.items():
            told[aspect].append((polarity, event))
    return {aspect: _aspect(told[aspect]) if aspect in told else _NOT_MENTIONED for aspect in ASPECTS}


def _aspect(told: list[tuple[str, Event]]) -> Finding:
    kinds = {polarity for polarity, _ in told}
    return Finding(kinds.pop() if len(kinds) == 1 else "mixed", ids([event for _, event in told]))


def _stars(record: Record) -> Iterable[str]:
    for event in record.events:
        stars = event.attributes.get("stars")
        if not event.text or not isinstance(stars, int):
            continue
        tones = {p.tone for told, p in record.told if told is event} - {"neutral"}
        if (stars >= 4 and tones == {"negative"}) or (stars <= 2 and tones == {"positive"}):
            yield f"{event.id}: {stars} stars stand against the words; the words win, as stars slip easily."
