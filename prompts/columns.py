"""Columns of a labelled table, by what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what.

    `history` holds a text, or a JSON list of events where `holds_events`. `labels` are columns by the dotted path of
    the field that they give. `time` is of a text, `profile` (a JSON object) and `as_of` are of events.
    """

    history: str
    labels: Mapping[str, str]
    customer_id: str | None = None
    time: str | None = None
    profile: str | None = None
    as_of: str | None = None
    holds_events: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are read."""
        others = (self.customer_id, self.time, self.profile, self.as_of)
        return (self.history, *self.labels.values(), *(name for name in others if name is not None))
