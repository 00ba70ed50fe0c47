"""What is true of a made-up customer at the moment up to which the history is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from fewsight.shop.words.phrasings import Phrasing

Said = Mapping[str, tuple[Phrasing, ...]]
"""Event id to the phrasings that its text was made from."""

QUIET: Final = timedelta(days=180)
"""Who has not ordered for so long has left."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A label, and the ids of the events that show it, oldest first (none where nothing shows it)."""

    value: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TraitTruth:
    """A persona trait: `basis` is fact (said by the customer, or counted), inferred (from what was done) or unknown."""

    value: str = "unknown"
    basis: str = "unknown"
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that is true of a customer at the moment up to which the history is known.

    `intent` belongs to the newest message, ticket or call and is None where there is none. `churn_reason` is
    `category/leaf`, `not_churning` or `unknown`. `notes` say what wins, and why, where words and acts disagree.
    `phrasings` names the phrasings that each text was made from, the label-free ones included.
    """

    intent: Finding | None
    sentiment: Finding
    aspects: Mapping[str, Finding]
    churn_reason: Finding
    persona: Mapping[str, TraitTruth]
    notes: tuple[str, ...] = ()
    phrasings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
