"""What a classic model reads of a history."""

from fewsight.events import CustomerHistory, Event
from fewsight.texts.mail import split_mail


def document(history: CustomerHistory) -> str:
    """The text of a single message without a profile; else a line for each event, and the profile as words.

    >>> document(CustomerHistory("c", (Event("1", None, kind="return", text="too small"),), {"city": "Ulm"}))
    'city=Ulm\\nreturn too small'
    """
    if len(history.events) == 1 and not history.profile:
        return own_words(history.events[0]) or _line(history.events[0])
    profile = [f"{name}={value}" for name, value in history.profile.items() if value is not None]
    return "\n".join([" ".join(profile), *map(_line, history.events)]).strip()


def _line(event: Event) -> str:
    return " ".join(filter(None, (event.kind, event.channel, event.product, own_words(event))))


def own_words(event: Event) -> str:
    """What the writer of an event said, without quoted older mail and signatures; empty where nothing was."""
    return split_mail(event.text).own if event.text else ""
