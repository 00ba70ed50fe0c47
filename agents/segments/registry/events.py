"""What became of segments, and how their cards changed."""

from collections.abc import Iterator, Mapping, Sequence

from fewsight.agents.segments.cards import Card, Unusual
from fewsight.agents.segments.registry.model import Change, Event

PART = 0.25
"""The least share of a segment that counts as a part of it."""

HOME = 0.5
"""The least share of a segment that must come from, or go to, one other for it to be a part of that."""

Counts = Mapping[tuple[str, str], int | None]
"""By ids before and after; None where a count must not be shown."""


def events(counts: Counts, before: Sequence[str], after: Sequence[str]) -> list[Event]:
    """Kept, born, died, split and merged, told from counts that may be shown alone."""
    kept = [name for name in after if name in before]
    told = [Event(kind="kept", before=[name], after=[name], customers=counts.get((name, name))) for name in kept]
    told += [Event(kind="born", before=[], after=[name], customers=None) for name in after if name not in before]
    told += [Event(kind="died", before=[name], after=[], customers=None) for name in before if name not in after]
    for old in before:
        parts = [new for new in after if _is_part(counts, old, new, before, after)]
        if len(parts) > 1:
            customers = sum(counts.get((old, new)) or 0 for new in parts)
            told.append(Event(kind="split", before=[old], after=parts, customers=customers))
    for new in after:
        parts = [old for old in before if _is_source(counts, old, new, before, after)]
        if len(parts) > 1:
            customers = sum(counts.get((old, new)) or 0 for old in parts)
            told.append(Event(kind="merged", before=parts, after=[new], customers=customers))
    return told


def changes(before: Sequence[Card], after: Sequence[Card]) -> list[Change]:
    """Lines of cards of the same segments that differ."""
    old = {card.id: card for card in before}
    return [change for card in after if card.id in old for change in _changes(old[card.id], card)]


def _changes(before: Card, after: Card) -> Iterator[Change]:
    if before.size != after.size:
        yield Change(segment=after.id, what="size", before=before.size, after=after.size)
    old, new = (_lines(card) for card in (before, after))
    for what in {**old, **new}:
        if old.get(what) != new.get(what):
            yield Change(segment=after.id, what=what, before=old.get(what), after=new.get(what))


def _lines(card: Card) -> dict[str, float]:
    def name(one: Unusual) -> str:
        return f"{one.statistic} of {one.fact}" + (f" = {one.word}" if one.word else "")

    return {name(one): one.value for one in (*card.unusual, *card.lifts)}


def _is_part(counts: Counts, old: str, new: str, before: Sequence[str], after: Sequence[str]) -> bool:
    moved = counts.get((old, new)) or 0
    stayed = sum(counts.get((old, other)) or 0 for other in after)
    came = sum(counts.get((other, new)) or 0 for other in before)
    return moved > 0 and moved >= PART * stayed and moved >= HOME * came


def _is_source(counts: Counts, old: str, new: str, before: Sequence[str], after: Sequence[str]) -> bool:
    moved = counts.get((old, new)) or 0
    stayed = sum(counts.get((old, other)) or 0 for other in after)
    came = sum(counts.get((other, new)) or 0 for other in before)
    return moved > 0 and moved >= HOME * stayed and moved >= PART * came
