"""The legal moves of a case: calls, replies, questions, follow-ups and hand-offs, in one discriminated union.

A move's closed part is JSON whose `move` says which kind it is; all of its values are taken from this customer's state,
the articles that are shown, and short lists. What is not among the legal moves has no text that could be chosen.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from fewsight.agents.copilot.articles import Article
from fewsight.agents.copilot.case import DONE, FOLLOW_UP, QUESTION, REPLIED, Case
from fewsight.agents.copilot.evidence.elements import RULES, fill
from fewsight.agents.copilot.evidence.mentions import Said
from fewsight.agents.copilot.evidence.telling import told
from fewsight.agents.copilot.judging import Offer, judge, possible_calls
from fewsight.agents.copilot.policy import Policy
from fewsight.agents.copilot.speech import slots, words_pattern
from fewsight.agents.copilot.tools import Call, calls, find_calls

MOST_STEPS: Final = 12
"""Moves after a customer's message; then the case is handed off."""

REASONS: Final = ("no source", "policy", "customer's wish", "unclear")
STUCK: Final = "too many steps"
STATE: Final = "customer"
"""What a reply cites that says only what stands in the customer's state."""
RULEBOOK: Final = "policy"
"""What a reply cites that says that nothing more can be done."""

_DAYS: Final = (1, 3, 7)
_ENTRIES: Final = {"reply": REPLIED, "question": QUESTION, "follow_up": FOLLOW_UP}


@dataclass(frozen=True)
class Move:
    """One legal move: its closed part, the call with its clause where it is one, and the pattern of its words.

    `fixed` are words that code wrote, in place of a pattern; `about` is the call that they speak of.
    `filled` is the mean log probability of the elements that its list was filled with.
    """

    closed: Mapping[str, Any]
    offer: Offer | None = None
    pattern: str | None = None
    fixed: str | None = None
    about: Call | None = None
    filled: float = 0.0

    @property
    def text(self) -> str:
        """The closed part as it is scored."""
        return json.dumps(self.closed, ensure_ascii=False, separators=(",", ":"))

    @property
    def entry(self) -> str:
        """The kind of entry that its words become."""
        return _ENTRIES[self.closed["move"]]


def legal_moves(
    policy: Policy, case: Case, state: BaseModel, shown: Sequence[Article], weights: Mapping[str, float] = RULES
) -> list[Move]:
    """All moves that are legal now; none where the case waits for somebody.

    The lists of open calls are filled by what the customer wrote, with `weights` of elements' features.
    """
    if case.is_idle or case.asked is not None:
        return []
    if case.steps >= MOST_STEPS:
        return [Move({"move": "hand_off", "reason": STUCK})]
    calls = [*_calls(policy, case, state, weights), *_identities(policy, case, state)]
    return [*calls, *_fixed(case), *_words(policy, case, state, shown), *_hand_offs()]


def _calls(policy: Policy, case: Case, state: BaseModel, weights: Mapping[str, float]) -> Iterator[Move]:
    said = Said(case.texts)
    for offer in possible_calls(policy, case, state):
        whole, filled = _filled(policy, case, offer, state, said, weights)
        if whole is None or (whole.verdict.effect == "confirm" and case.has_declined(whole.call.id)):
            continue
        yield _call_move(whole, filled)
    if case.about is not None and case.has_agreed(case.about):
        yield from _agreed(policy, case, state)


def _agreed(policy: Policy, case: Case, state: BaseModel) -> Iterator[Move]:
    """The call with a list that the customer agreed to, which no open call stands for."""
    assert case.about_call is not None
    tool = policy.tools.get(case.about_call["tool"])
    if tool is None or tool.listed is None or not (meant := find_calls(tool, case.about_call["arguments"], state)):
        return
    verdict = judge(policy, case, meant, state)
    if verdict.effect in ("allow", "ask"):
        yield _call_move(Offer(meant[0], verdict))


def _call_move(offer: Offer, filled: float = 0.0) -> Move:
    call = {"tool": offer.call.tool.name, "arguments": dict(offer.call.arguments)}
    if offer.verdict.effect == "confirm":
        text = f"I can do this for you: {told(offer.call)}. Shall I go ahead (yes or no)?"
        return Move({"move": "question", "call": call}, fixed=text, about=offer.call, filled=filled)
    return Move({"move": "call", **call}, offer, filled=filled)


def _filled(
    policy: Policy, case: Case, offer: Offer, state: BaseModel, said: Said, weights: Mapping[str, float]
) -> tuple[Offer | None, float]:
    """An open call with its list filled, and judged as a whole; None where that is denied, or was agreed to."""
    if not offer.call.is_open:
        return offer, 0.0
    call, filled = fill(offer.call, offer.groups, said, weights)
    verdict = judge(policy, case, [call], state)
    return (Offer(call, verdict) if verdict.effect != "deny" and not case.has_agreed(call.id) else None), filled


def _identities(policy: Policy, case: Case, state: BaseModel) -> Iterator[Move]:
    """Questions for what the customer must have written before a read may be done that a clause needs."""
    read = {name for name, _ in case.reads}
    groups = {names for clause in policy.clauses for names in clause.text.reads if not read.intersection(names)}
    for tool in policy.tools.values():
        if tool.said and any(tool.name in names for names in groups):
            missing = [name for name in tool.arguments.model_fields if name in tool.said]
            plain = " and ".join(name.replace("_", " ") for name in missing)
            if any(not case.has_said(str(call.arguments[name])) for call in calls(tool, state) for name in missing):
                closed = {"move": "question", "needs": tool.name}
                yield Move(closed, fixed=f"May I have your {plain}, so that I know who you are?")


def _fixed(case: Case) -> Iterator[Move]:
    """Replies that code writes: what was done since the last message, and that nothing else can be done."""
    done = [entry for entry in case.entries[-case.steps or None :] if entry.kind == DONE and entry.body["writes"]]
    if case.steps and done:
        text = "It is done. Is there anything else?"
        yield Move({"move": "reply", "cite": f"entry {done[-1].seq}"}, fixed=text)
    yield Move(
        {"move": "reply", "cite": RULEBOOK},
        fixed="There is nothing more that I may do about this here. What else can I do?",
    )
    if case.perceived is not None and len(intents := case.perceived.body.get("intents", ())) > 1:
        named = ", or ".join(name.replace("_", " ") for name in intents)
        yield Move({"move": "question", "intents": list(intents)}, fixed=f"Which do you want: {named}?")


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
