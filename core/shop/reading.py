"""Tells the truth about a history from its events and from what was said in them.

Nothing is planted beside the events: a phrasing carries labels, an act has a meaning, and the truth is their sum. So it
holds for every cut of a history: `read_truth(history.as_of(t), said)` is the truth at t.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from fewsight.events import CustomerHistory, Event
from fewsight.shop.persona import read_persona
from fewsight.shop.truth import QUIET, Finding, Said, Truth

ASPECTS: Final = ("quality", "price", "delivery", "service", "usability", "returns")
WRITTEN: Final = frozenset(("message", "ticket", "call"))
"""Kinds of events that hold a request of the customer."""


def read_truth(history: CustomerHistory, said: Said) -> Truth:
    """Tell the truth about a history."""
    events = history.events
    persona, persona_notes = read_persona(events, said)
    churn, churn_notes = read_churn(events, said)
    return Truth(
        intent=_intent(events, said),
        sentiment=_overall(events, said),
        aspects={aspect: _aspect(events, said, aspect) for aspect in ASPECTS},
        churn_reason=churn,
        persona=persona,
        notes=(*churn_notes, *_stars(events, said), *persona_notes),
        phrasings={event.id: tuple(p.id for p in said[event.id]) for event in events if event.id in said},
    )


def _intent(events: Sequence[Event], said: Said) -> Finding | None:
    newest = next((event for event in reversed(events) if event.kind in WRITTEN), None)
    if newest is None:
        return None
    intent = next((p.intent for p in said.get(newest.id, ()) if p.intent), "other")
    return Finding(intent, (newest.id,))


def _overall(events: Sequence[Event], said: Said) -> Finding:
    shown: dict[str, list[str]] = {"positive": [], "negative": [], "mixed": []}
    for event in events:
        tones = [p.tone for p in said.get(event.id, ())] or [_rating_tone(event)]
        for tone in tones:
            if tone != "neutral":
                shown[tone].append(event.id)
    good, bad = len(shown["positive"]), len(shown["negative"])
    if not (good or bad or shown["mixed"]):
        return Finding("neutral")
    if shown["mixed"]:
        good, bad = good + len(shown["mixed"]), bad + len(shown["mixed"])
    if good >= 3 * bad or bad >= 3 * good:
        value = "positive" if good > bad else "negative"
        return Finding(value, _unique(shown[value] or shown["mixed"]))
    ids = {id_ for told in shown.values() for id_ in told}
    return Finding("mixed", tuple(event.id for event in events if event.id in ids))


def _rating_tone(event: Event) -> str:
    stars = event.attributes.get("stars")
    if event.text or not isinstance(stars, int) or stars == 3:
        return "neutral"
    return "positive" if stars > 3 else "negative"


def _aspect(events: Sequence[Event], said: Said, aspect: str) -> Finding:
    told = [(p.aspects[aspect], e.id) for e in events for p in said.get(e.id, ()) if aspect in p.aspects]
    if not told:
        return Finding("not_mentioned")
    kinds = {polarity for polarity, _ in told}
    return Finding(kinds.pop() if len(kinds) == 1 else "mixed", _unique(id_ for _, id_ in told))


def _stars(events: Sequence[Event], said: Said) -> Iterable[str]:
    for event in events:
        stars, tones = event.attributes.get("stars"), {p.tone for p in said.get(event.id, ())}
        if isinstance(stars, int) and (
            (stars >= 4 and tones == {"negative"}) or (stars <= 2 and tones == {"positive"})
        ):
            yield f"{event.id}: {stars} stars stand against the words; the words win, stars are often set the wrong way."


def read_churn(events: Sequence[Event], said: Said) -> tuple[Finding, tuple[str, ...]]:
    """The reason for leaving.

    Who announces the end, cancels, or orders nothing for 180 days has left, unless an order follows: acts beat words. The
    reason is the one given with the newest announcement; else the one complained of most around the end (the newest
    when tied); else unknown. Who never did anything is unknown as well.
    """
    if not events:
        return Finding("unknown"), ()
    orders = [event for event in events if event.kind == "order"]
    announced = [e for e in events if e.kind == "cancellation" or any(p.leaving for p in said.get(e.id, ()))]
    if announced:
        later = [order for order in orders if _after(order, announced[-1])]
        if later:
            note = f"{announced[-1].id} announces the end, but {later[0].id} is an order after it; the order wins."
            return Finding("not_churning", tuple(o.id for o in later)), (note,)
        return _reason(events, said, announced, announced[-1], timedelta(days=90)), ()
    if orders and _gap(orders[-1], events[-1]) >= QUIET:
        return _reason(events, said, [], orders[-1], timedelta(days=30)), ()
    return Finding("not_churning", tuple(order.id for order in orders[-1:])), ()


def _reason(events: Sequence[Event], said: Said, announced: Sequence[Event], end: Event, before: timedelta) -> Finding:
    for event in reversed(announced):
        given = next((p.reason for p in said.get(event.id, ()) if p.leaving and p.reason), None)
        if given:
            return Finding(given, _complaints(events, said, given))
    near = [p.reason for e in events if _gap(e, end) <= before for p in said.get(e.id, ()) if p.reason]
    if not near:
        return Finding("unknown", tuple(event.id for event in announced))
    counts = Counter(near)
    value = max(reversed(near), key=lambda reason: counts[reason])
    return Finding(value, _complaints(events, said, value))


def _complaints(events: Sequence[Event], said: Said, reason: str) -> tuple[str, ...]:
    return tuple(e.id for e in events if any(p.reason == reason for p in said.get(e.id, ())))


def _after(event: Event, other: Event) -> bool:
    return event.time is not None and other.time is not None and event.time > other.time


def _gap(earlier: Event, later: Event) -> timedelta:
    assert earlier.time is not None and later.time is not None, "the shop's events have times"
    return later.time - earlier.time


def _unique(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
