"""What a card shows of an insight."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fewsight.events import CustomerHistory
from fewsight.insight import Insight
from fewsight.pages.formats import shortened
from fewsight.pages.insights.certainty import confidence, deciding, uncertain_fields
from fewsight.pages.insights.happened import EVIDENCE, LONGEST_ID, Happened, around, evidence
from fewsight.pages.insights.lines import LONGEST_TEXT, Line, Palette, lines, words
from fewsight.pages.insights.origins import origin_line

LINES = 40
WARNINGS = 8
"""Most values and warnings that a card shows."""


@dataclass(frozen=True, slots=True)
class Card:
    """An insight in words, escaped by the template; nothing in it is longer than a card can bear.

    `folded` are the fields that say nothing by what they say, as 'not mentioned' -> (price, returns); `left_out` counts
    values, events of evidence and of the history that are not shown. `marks` are classes that the page narrows to.
    """

    customer: str
    task: str
    as_of: str
    status: str
    error: str
    headline: Line | None
    lines: Sequence[Line]
    folded: Mapping[str, Sequence[str]]
    doubt: str
    review: str
    confidence: float | None
    evidence: Sequence[Happened]
    history: Sequence[Happened]
    left_out: tuple[int, int, int]
    warnings: Sequence[str]
    origin: str
    marks: str = ""


def card_of(
    insight: Insight,
    history: CustomerHistory | None,
    palette: Palette,
    review: Collection[str] = (),
    marks: str = "",
) -> Card:
    """The card of an insight; `review` names its fields that a person should look at."""
    shown = lines(insight, palette)
    headline = shown.pop(0) if shown and next(iter(insight.answer or {})) in insight.probabilities else None
    told = [line for line in shown if not line.is_quiet or line.is_uncertain]
    folded: dict[str, list[str]] = {}
    for line in shown:
        if line.is_quiet and not line.is_uncertain:
            folded.setdefault(line.value, []).append(line.name)
    events, older = around(insight.evidence, history)
    warnings = insight.provenance.warnings if insight.provenance else ()
    return Card(
        customer=shortened(insight.customer_id, LONGEST_ID),
        task=words(insight.task),
        as_of=insight.as_of.date().isoformat() if insight.as_of else "",
        status=insight.status,
        error=shortened(insight.error or "no reason was recorded", LONGEST_TEXT),
        headline=headline,
        lines=told[:LINES],
        folded={value: names[:LINES] for value, names in folded.items()},
        doubt=_doubt(insight),
        review=", ".join(words(path) for path in list(review)[:LINES]),
        confidence=confidence(insight),
        evidence=evidence(insight.evidence, history),
        history=events,
        left_out=(max(len(told) - LINES, 0), max(len(insight.evidence) - EVIDENCE, 0), older),
        warnings=[shortened(one, LONGEST_TEXT) for one in warnings[:WARNINGS]],
        origin=shortened(origin_line(insight.provenance), LONGEST_TEXT) if insight.provenance else "",
        marks=marks,
    )


def _doubt(insight: Insight) -> str:
    """How much of the card is uncertain; empty where all of it is likely."""
    decide, unsure = deciding(insight), uncertain_fields(insight)
    return "" if not unsure else "uncertain" if len(decide) == 1 else f"{len(unsure)} of {len(decide)} uncertain"
