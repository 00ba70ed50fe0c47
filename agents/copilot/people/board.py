"""All cases folded, kept up to date by the entries that are new."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from fewsight.agents.copilot.case import FOLLOW_UP, REPLIED, Case, Entry
from fewsight.agents.copilot.store import LOG, Store

LATE: Final = 60
SOON: Final = 15
"""Minutes that a customer waits until a case is urgent, or soon will be."""

URGENCY: Final = ("late", "soon", "new", "waits", "closed")
"""Levels, most urgent first: `waits` for the customer, or until an approval is carried out."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the queue. `minutes` is how long the customer has waited, `stake` minor units of `currency`."""

    case: Case
    urgency: str
    minutes: int
    stake: int
    currency: str
    text: str

    @property
    def order(self) -> tuple[int, int, int]:
        """Most urgent first; of one level the most money first, then who waits longest."""
        return (URGENCY.index(self.urgency), -self.stake, -self.minutes)


class Board:
    """Cases by id, as of the last `refresh`."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.seq = 0

    def refresh(self, store: Store) -> None:
        """Fold the cases that have new entries."""
        query = f"SELECT case_id, max(seq) FROM {LOG} WHERE seq > ? GROUP BY case_id"  # noqa: S608 - our name
        for case_id, seq in store.database.execute(query, (self.seq,)).fetchall():
            self.cases[case_id] = store.case(case_id)
            self.seq = max(self.seq, seq)

    def queue(self, now: datetime | None = None) -> list[Row]:
        """All cases, the most urgent and then the most valuable first."""
        moment = now or datetime.now(UTC)
        return sorted((row_of(case, moment) for case in list(self.cases.values())), key=lambda row: row.order)


def row_of(case: Case, now: datetime) -> Row:
    """A case as the queue shows it."""
    since = case.waiting[0] if case.waiting else promised(case, now)
    minutes = max(0, int((now - datetime.fromisoformat(since.time)).total_seconds() // 60)) if since else 0
    level = "late" if minutes >= LATE or (since and not case.waiting) else "soon" if minutes >= SOON else "new"
    if case.is_closed:
        level = "closed"
    elif case.approved is not None or (since is None and case.asked is None):
        level = "waits"
    moves = case.suggested.body["moves"] if case.suggested else [case.asked.body] if case.asked else []
    stake = (
        case.suggested.body["stake"] if case.suggested else (case.asked.body.get("amount") or 0) if case.asked else 0
    )
    currency = next((move["currency"] for move in moves if move.get("currency")), "")
    texts = [entry.body["text"] for entry in case.waiting or case.entries if entry.kind == "message"]
    return Row(case, level, minutes, stake, currency, " ".join(texts[-1].split())[:120] if texts else "")


def promised(case: Case, now: datetime) -> Entry | None:
    """The newest follow-up, where its days are over and the customer heard nothing since."""
    noted = next((entry for entry in reversed(case.entries) if entry.kind == FOLLOW_UP), None)
    if noted is None:
        return None
    due = datetime.fromisoformat(noted.time) + timedelta(days=noted.body["days"])
    heard = any(entry.kind == REPLIED and datetime.fromisoformat(entry.time) >= due for entry in case.entries)
    return noted if now >= due and not heard else None
