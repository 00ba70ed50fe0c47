"""Masking a whole history: the same value gets the same pseudonym wherever it stands."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fewsight.errors import ConfigError
from fewsight.events import EVENT_KINDS, CustomerHistory, Event, Scalar
from fewsight.masking.columns import HIDDEN, plain_key, role
from fewsight.masking.detectors.patterns import DEFAULT, plain_identifiers
from fewsight.masking.folding import Folded, fold
from fewsight.masking.keys import key_of
from fewsight.masking.known import KnownValues
from fewsight.masking.spans import Detector, Span, without_overlap
from fewsight.masking.tokens import Numbering, forged


@dataclass(frozen=True, slots=True)
class Masked:
    """A history without identifiers, and the map from pseudonyms to what they stand for.

    `customer_id` and event ids stay as they are: they are keys (see `CustomerKeys`).
    """

    history: CustomerHistory
    pseudonyms: dict[str, str]


class Pseudonymizer:
    """Replaces identifiers in histories by pseudonyms such as `[EMAIL_1]`, the same way every time.

    `namespace` (letters) goes in front of the kind, so that shots can't be taken for the customer: `[SHOT_EMAIL_1]`.
    Profile values under `hidden_profile_keys` are left out, and masked wherever a text repeats them.

    Raises:
        ConfigError: `namespace` is not made of ASCII letters.

    >>> from fewsight import CustomerHistory, Event
    >>> event = Event("e1", None, "message", text="I'm Anna, write to anna@example.com")
    >>> masked = Pseudonymizer().mask(CustomerHistory("c1", (event,), {"name": "Anna Kim"}))
    >>> masked.history.events[0].text
    "I'm [NAME_2], write to [EMAIL_1]"
    >>> masked.pseudonyms
    {'[NAME_1]': 'Anna Kim', '[NAME_2]': 'Anna', '[EMAIL_1]': 'anna@example.com'}
    """

    def __init__(
        self,
        namespace: str = "",
        detectors: Sequence[Detector] = DEFAULT,
        hidden_profile_keys: Collection[str] = HIDDEN,
    ) -> None:
        if not re.fullmatch("[A-Za-z]*", namespace):
            raise ConfigError(f"The namespace of pseudonyms is {namespace!r}; use ASCII letters only, like 'shot'.")
        self._namespace = namespace.upper()
        self._detectors = tuple(detectors)
        self._hidden = frozenset(plain_key(key) for key in hidden_profile_keys)

    def mask(self, history: CustomerHistory) -> Masked:
        """Mask one history. Equal histories give equal results; nothing is kept between calls."""
        profile = {key: value for key, value in history.profile.items() if plain_key(key) not in self._hidden}
        texts = _Texts(self._detectors, KnownValues.of(history), Numbering(self._namespace))
        for value in _free_texts(profile, history.events):
            texts.look_at(value)
        texts.look_again()
        masked_profile = texts.mask_values(profile)
        events = tuple(texts.mask_event(event) for event in history.events)
        return Masked(replace(history, events=events, profile=masked_profile), texts.numbering.originals)


def _free_texts(profile: Mapping[str, Scalar], events: Sequence[Event]) -> list[str]:
    texts = [event.text for event in events if event.text]
    texts += [event.kind for event in events if event.kind not in EVENT_KINDS]  # a table's own words
    for values in (profile, *(event.attributes for event in events)):
        texts += [value for key, value in values.items() if isinstance(value, str) and role(key, value) is None]
    return texts


@lru_cache(maxsize=8192)
def _looked_at(label: str) -> tuple[Folded, tuple[Span, ...]]:
    """What the form of a product's or a channel's name tells; they come again and again."""
    folded = fold(label)
    return folded, (*forged(folded), *plain_identifiers(folded))


_LABELLED = ("ORDER", "ACCOUNT", "NAME", "ID", "SECRET")


class _Texts:
    """The texts of one customer: first all are looked at, then each is masked."""

    def __init__(self, detectors: tuple[Detector, ...], known: KnownValues, numbering: Numbering) -> None:
        self.numbering = numbering
        self._detectors = detectors
        self._known = known
        self._found: dict[str, tuple[Folded, list[Span]]] = {}
        self._labels: dict[str, str] = {}

    def look_at(self, text: str) -> None:
        """Find the identifiers of one text."""
        if text in self._found:
            return
        folded = fold(text)
        spans = [*self._known.find(folded), *forged(folded)]
        for detector in self._detectors:
            spans += detector.find(folded)
        self._found[text] = folded, spans

    def look_again(self) -> None:
        """What one text labels as a code or a name is looked for, bare, in all the others."""
        new = KnownValues()
        for folded, spans in self._found.values():
            for span in spans:
                if span.kind in _LABELLED and folded.low[span.start : span.end] not in self._known.needles:
                    new.add_found(folded, span)
        if new.needles:
            for folded, spans in self._found.values():
                spans += new.find(folded)

    def mask_text(self, text: str) -> str:
        """A text that was looked at, with pseudonyms."""
        return self._mask(text, *self._found[text])

    def _mask(self, text: str, folded: Folded, spans: list[Span]) -> str:
        if not spans:
            return text
        parts, last = [], 0
        for span in without_overlap(spans):
            start, end = folded.original(span.start, span.end)
            original = text[max(start, last) : end]
            if original:  # one character can stand for several plain ones, and is masked once
                key = span.key if span.key is not None else f"{span.kind.lower()}={original}"
                parts += [text[last:start], self.numbering.pseudonym(span.kind, key, original)]
                last = end
        return "".join([*parts, text[last:]])

    def mask_values(self, values: Mapping[str, Scalar]) -> Mapping[str, Scalar]:
        """A profile or attributes with pseudonyms; the mapping itself where nothing changes."""
        masked: dict[str, Scalar] = {}
        for key, value in values.items():
            if (kind := role(key, value)) is not None:
                masked[key] = self.numbering.pseudonym(kind, key_of(kind, str(value)), str(value))
            elif isinstance(value, str) and (text := self.mask_text(value)) is not value:
                masked[key] = text
        return {**values, **masked} if masked else values

    def mask_event(self, event: Event) -> Event:
        """An event with pseudonyms; the event itself where nothing changes."""
        text = self.mask_text(event.text) if event.text else event.text
        attributes = self.mask_values(event.attributes) if event.attributes else event.attributes
        kind = event.kind if event.kind in EVENT_KINDS else self.mask_text(event.kind)
        product, channel = self._mask_label(event.product), self._mask_label(event.channel)
        labels = (kind, product, channel) == (event.kind, event.product, event.channel)
        if labels and text is event.text and attributes is event.attributes:
            return event
        return replace(event, kind=kind, text=text, attributes=attributes, product=product, channel=channel)

    def _mask_label(self, label: str | None) -> str | None:
        """The name of a product or a channel: tasks need its words, so only what is an identifier by its form goes."""
        if not label:
            return label
        if label not in self._labels:
            folded, spans = _looked_at(label)
            self._labels[label] = self._mask(label, folded, [*self._known.find_whole(folded), *spans])
        return self._labels[label]
