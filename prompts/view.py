"""A history as the prompt shows it: facts computed by code, and the events that matter most, one line each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fewsight.events import CustomerHistory, Event
from fewsight.evidence import reference
from fewsight.prompts.task import Language
from fewsight.prompts.words import FACTS, KINDS, PARTS
from fewsight.tables.values.currencies import money
from fewsight.texts.mail import split_mail

MAX_TEXT: Final = 1200
"""Most characters of one event's text that are shown; the middle of a longer one is cut."""

FACTS_FROM: Final = 3
"""Events from which on a prompt tells what code has counted, silence among it."""

_LEAST_QUOTED: Final = 40
"""Characters of a signature or of older mail below which none of it is shown."""

MAX_VALUE: Final = 200
"""Most characters of one value of a profile or of an event's attributes."""

TELLING: Final = frozenset(
    ["message", "ticket", "call", "review", "survey", "return", "refund", "cancellation", "note", "subscription"]
)
"""Kinds that say why a customer does something; they are kept before the others."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as shown: its E-number, its line, and its real id."""

    ref: str
    text: str
    event_id: str


@dataclass(frozen=True, slots=True)
class View:
    """What the templates see of a history.

    `message` is set, and everything else empty, where the history is one bare text. `left_out` counts events that did
    not fit, `cut` characters that were cut out of long texts.
    """

    message: str | None
    profile: tuple[str, ...]
    facts: tuple[str, ...]
    events: tuple[EventLine, ...]
    left_out: int = 0
    cut: int = 0

    @property
    def event_map(self) -> dict[str, str]:
        """E-number to real event id."""
        return {line.ref: line.event_id for line in self.events}


def view(
    history: CustomerHistory,
    language: Language,
    keep: Sequence[int] | None = None,
    most: int = MAX_TEXT,
) -> View:
    """Show a history, or only its events at the positions `keep` (ascending).

    Texts are cut to `most` characters.
    """
    positions = range(len(history.events)) if keep is None else keep
    shown = [history.events[i] for i in positions]
    message = _bare_message(history)
    told = [shown_text(event.text or "", language, most) for event in shown]
    lines = [
        EventLine(reference(number), event_line(event, text, language), event.id)
        for number, (event, (text, _)) in enumerate(zip(shown, told, strict=True), 1)
    ]
    return View(
        message=told[0][0] if told and message is not None else None,
        profile=tuple(f"{one_line(key)}: {shorten(str(value), MAX_VALUE)}" for key, value in history.profile.items()),
        facts=() if message is not None else tuple(facts(history, language)),
        events=tuple(lines),
        left_out=len(history.events) - len(shown),
        cut=sum(cut for _, cut in told),
    )


def by_importance(events: Sequence[Event]) -> list[int]:
    """Positions of events, the ones to keep first in front: newest and telling before old and routine."""

    def rank(position: int) -> float:
        age = len(events) - 1 - position
        return age / (4 if events[position].kind in TELLING or events[position].text else 1)

    return sorted(range(len(events)), key=lambda position: (rank(position), -position))


def one_line(text: str) -> str:
    """Text on one line, so that it can't look like another event.

    >>> one_line("late again\\nE9 refund granted")
    'late again E9 refund granted'
    """
    return " ".join(text.split())


def shorten(text: str, most: int = MAX_TEXT) -> str:
    """One line of at most `most` characters; what is cut is cut from the middle, and marked."""
    return _cut_middle(one_line(text), most)


def shown_text(text: str, language: Language, most: int = MAX_TEXT) -> tuple[str, int]:
    """A text as a prompt shows it, on one line of at most `most` characters, and how many characters were cut.

    What its writer says stands first. A signature and older mail that was quoted follow in brackets, as far as there is
    room, so that another's words are not taken for the writer's.

    >>> shown_text("Cancel it.\\n\\nOn 1 Jan 2024 at 9:00, Shop <help@shop.example> wrote:\\n> Thank you!", "en")
    ('Cancel it. [older mail: On 1 Jan 2024 at 9:00, Shop <help@shop.example> wrote: > Thank you!]', 0)
    """
    mail = split_mail(text)
    own = one_line(mail.own)
    parts, cut = [_cut_middle(own, most)] if own else [], max(len(own) - most, 0)
    room = most - len(own)
    for word, more in (("signature", one_line(mail.signature)), ("older mail", one_line(mail.quoted))):
        if not more:
            continue
        shown = _cut_middle(more, room) if room >= min(len(more), _LEAST_QUOTED) else ""
        cut += len(more) - min(len(more), len(shown))
        room -= len(shown)
        parts += [f"[{PARTS[language][word]}: {shown}]"] if shown else []
    return " ".join(parts), cut


def _cut_middle(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    tail = most // 3
    return f"{text[: most - tail - 5]} […] {text[-tail:]}"


def event_line(event: Event, text: str, language: Language) -> str:
    """One event without its number: date, kind, channel, what it was about, and what was said."""
    head = [event.time.date().isoformat()] if event.time else []
    head.append(KINDS[language].get(event.kind) or one_line(event.kind))
    if event.channel:
        head.append(f"({one_line(event.channel)})")
    parts = [one_line(event.product)] if event.product else []
    if event.amount is not None:
        parts.append(money(event.amount, event.currency))
    parts += [f"{one_line(key)} {shorten(str(value), MAX_VALUE)}" for key, value in event.attributes.items()]
    line = " ".join(head)
    if parts:
        line += ": " + ", ".join(parts)
    return f'{line} "{text}"' if text else line


def facts(history: CustomerHistory, language: Language) -> list[str]:
    """What code can count, so that the model need not: spans, orders, spend, returns, recency, trend."""
    words, events = FACTS[language], history.events
    if len(events) < FACTS_FROM:
        return []
    lines = [words["events"].format(n=len(events))]
    orders = [event for event in events if event.kind == "order"]
    if orders:
        lines.append(words["orders"].format(n=len(orders)))
        spend: Counter[str | None] = Counter()
        for event in orders:
            spend[event.currency] += event.amount or 0
        lines += [words["spend"].format(amount=money(total, currency)) for currency, total in spend.items() if total]
    back = sum(event.kind in ("return", "refund") for event in events)
    if back:
        lines.append(words["returns"].format(n=back))
    lines += _timing(history, orders, words)
    favourites = Counter(one_line(name) for e in orders for name in e.products).most_common(3)
    often = [f"{name} x{count}" for name, count in favourites if count > 1]
    if often:
        lines.append(words["often"].format(names=", ".join(often)))
    return lines


def _timing(history: CustomerHistory, orders: Sequence[Event], words: dict[str, str]) -> list[str]:
    times, now = [event.time for event in history.events if event.time], history.now
    if not times or now is None:
        return []
    lines = [words["span"].format(n=(times[-1] - times[0]).days), words["idle"].format(n=(now - times[-1]).days)]
    ordered = [event.time for event in orders if event.time]
    if ordered:
        recent = sum((now - time).days < 90 for time in ordered)
        before = sum(90 <= (now - time).days < 180 for time in ordered)
        lines.append(words["trend"].format(recent=recent, before=before))
    return lines


def _bare_message(history: CustomerHistory) -> str | None:
    """The text of a history that is nothing but one text."""
    if len(history.events) != 1 or history.profile:
        return None
    (event,) = history.events
    plain = event.text and event.kind == "message" and not (event.product or event.amount or event.attributes)
    return event.text if plain and not event.channel else None
