"""What a detector is: it looks at one plain text and names the spans that identify somebody."""

from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

from fewsight.masking.folding import Folded

KINDS: Final = (
    "NAME",
    "EMAIL",
    "PHONE",
    "ADDRESS",
    "ORDER",
    "ACCOUNT",
    "CUSTOMER",
    "CARD",
    "IBAN",
    "IP",
    "ID",
    "URL",
    "NUMBER",
    "SECRET",
    "LITERAL",
)
"""Kinds of the built-in detectors. LITERAL is text of the customer's that looks like a pseudonym."""


class Span(NamedTuple):
    """A part of a plain text (offsets in `Folded.text`) to be masked.

    `kind` is upper-case letters only. Two spans with equal `key` are the same value and get the same pseudonym; None
    means that only equal text is.
    """

    start: int
    end: int
    kind: str
    key: str | None = None


class Detector(Protocol):
    """Finds identifiers in one text at a time; must be deterministic and keep no state."""

    def find(self, text: Folded) -> Iterable[Span]:
        """Spans in any order; they may overlap."""


def without_overlap(spans: list[Span]) -> list[Span]:
    """Spans in order of the text. Of two that overlap the earlier and longer one wins; the rest of the other stays.

    The rest is masked as a value of its own, so that no end of a long identifier is ever left open.

    >>> without_overlap([Span(4, 9, "PHONE"), Span(0, 5, "NAME"), Span(1, 3, "ID")])
    [Span(start=0, end=5, kind='NAME', key=None), Span(start=5, end=9, kind='PHONE', key=None)]
    """
    spans.sort(key=lambda span: (span.start, -span.end))
    kept: list[Span] = []
    end = 0
    for span in spans:
        if span.start >= end:
            kept.append(span)
        elif span.end > end:
            kept.append(Span(end, span.end, span.kind))
        else:
            continue
        end = span.end
    return kept
