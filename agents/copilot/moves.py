"""The legal moves of a case: calls, replies, questions, follow-ups and hand-offs, in one discriminated union.

A move's closed part is JSON whose `move` says which kind it is; all of its values are taken from this customer's state,
the articles that are shown, and short lists. What is not among the legal moves has no text that could be chosen.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from fewsight.agents.copilot.acting import Offer, legal_calls
from fewsight.agents.copilot.articles import Article
from fewsight.agents.copilot.case import FOLLOW_UP, QUESTION, REPLIED, Case
from fewsight.agents.copilot.policy import Policy
from fewsight.agents.copilot.speech import slots, words_pattern

MOST_STEPS: Final = 12
"""Moves after a customer's message; then the case is handed off."""

REASONS: Final = ("no source", "policy", "customer's wish", "unclear")
STUCK: Final = "too many steps"
STATE: Final = "customer"
"""What a reply cites that says only what stands in the customer's state."""

_DAYS: Final = (1, 3, 7)
_ENTRIES: Final = {"reply": REPLIED, "question": QUESTION, "follow_up": FOLLOW_UP}


@dataclass(frozen=True)
class Move:
    """One legal move: its closed part, the call with its clause where it is one, and the pattern of its words."""

    closed: Mapping[str, Any]
    offer: Offer | None = None
    pattern: str | None = None

    @property
    def text(self) -> str:
        """The closed part as it is scored."""
        return json.dumps(self.closed, ensure_ascii=False, separators=(",", ":"))

    @property
    def entry(self) -> str:
        """The kind of entry that its words become."""
        return _ENTRIES[self.closed["move"]]


def legal_moves(policy: Policy, case: Case, state: BaseModel, shown: Sequence[Article]) -> list[Move]:
    """All moves that are legal now; none where the case waits for somebody."""
    if case.is_idle or case.asked is not None:
        return []
    if case.steps >= MOST_STEPS:
        return [Move({"move": "hand_off", "reason": STUCK})]
    return [*_calls(policy, case, state), *_words(policy, case, state, shown), *_hand_offs()]


def _calls(policy: Policy, case: Case, state: BaseModel) -> Iterator[Move]:
    for offer in legal_calls(policy, case, state):
        yield Move({"move": "call", "tool": offer.call.tool.name, "arguments": dict(offer.call.arguments)}, offer)


def _words(policy: Policy, case: Case, state: BaseModel, shown: Sequence[Article]) -> Iterator[Move]:
    names = list(slots(state, policy.reply.slots))
    for article in shown:
        yield Move({"move": "reply", "cite": f"article {article.id}"}, pattern=words_pattern(names))
    if names:
        yield Move({"move": "reply", "cite": STATE}, pattern=words_pattern(names, needs_slot=True))
    yield Move({"move": "question"}, pattern=words_pattern((), ending="[?？]"))
    if not case.followed_up:
        for days in _DAYS:
            yield Move({"move": "follow_up", "days": days}, pattern=words_pattern(()))


def _hand_offs() -> Iterator[Move]:
    for reason in REASONS:
        yield Move({"move": "hand_off", "reason": reason})
