"""What the page of a case shows, worked out of the case and the customer's state."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from fewsight.agents.console.shown.evidence import Piece, pieces, reads_for
from fewsight.agents.console.shown.moves import Field, fields, gist, title
from fewsight.agents.copilot.articles import Articles
from fewsight.agents.copilot.case import ASKED, DRAFTED, MESSAGE, OPENED, QUESTION, REPLIED, SUGGESTED, Case, Entry
from fewsight.agents.copilot.moves import legal_moves
from fewsight.agents.copilot.people.suggesting import described
from fewsight.agents.copilot.policy import Policy
from fewsight.agents.copilot.state import is_money
from fewsight.tables.values.currencies import grouped_money

_UNSEEN: Final = (OPENED, SUGGESTED, DRAFTED, ASKED)
_SAID: Final = (MESSAGE, REPLIED, QUESTION)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the conversation. `moves` are places of the moves that rest on it."""

    entry: Entry
    who: str
    parts: list[Piece]
    moves: tuple[int, ...] = ()

    @property
    def is_said(self) -> bool:
        """Whether somebody said it; else it tells of something that was done."""
        return self.entry.kind in _SAID


@dataclass(frozen=True, slots=True)
class Card:
    """A move to decide on. `choice` is its place among the suggestions, None where it was none of them."""

    choice: int | None
    closed: str
    title: str
    gist: list[str]
    money: str
    clause: str
    effect: str
    probability: float | None
    has_words: bool
    text: str
    note: str
    is_drafted: bool
    fields: list[Field]
    evidence: list[str]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case, ready for the page."""

    case: Case
    state: BaseModel
    lines: list[Line]
    cards: list[Card]
    others: list[Card]
    approved: str


def view(case: Case, state: BaseModel, policy: Policy, articles: Articles) -> CaseView:
    """The case as its page shows it, under this policy."""
    moves = _moves(case, policy)
    lines = [_line(entry, moves, policy) for entry in case.entries if entry.kind not in _UNSEEN]
    cards = [_card(case, place, move, state, policy, articles) for place, move in enumerate(moves)]
    shown = {card.closed for card in cards}
    others = [card for card in _others(case, state, policy, articles) if card.closed not in shown]
    approved = _named(case.approved.body["move"], policy, articles) if case.approved else ""
    return CaseView(case, state, lines, cards, others, approved)


def _moves(case: Case, policy: Policy) -> list[dict[str, Any]]:
    if case.asked is not None:
        return [_asked(case.asked, policy)]
    moves: list[dict[str, Any]] = case.suggested.body["moves"] if case.suggested else []
    return moves


def _asked(entry: Entry, policy: Policy) -> dict[str, Any]:
    """What a step asked for, in the shape of a suggestion."""
    body = entry.body
    if "tool" not in body:
        kind = {REPLIED: "reply", QUESTION: "question"}[body["said"]]
        cite = {"cite": body["cite"]} if "cite" in body else {}
        return {"closed": {"move": kind, **cite}, "probability": None, "has_words": True, "text": body["text"]}
    tool = policy.tools[body["tool"]]
    marked = is_money(tool.arguments.model_fields[tool.money]) if tool.money else None
    closed = {"move": "call", "tool": body["tool"], "arguments": body["arguments"]}
    more = {"clause": body["clause"], "effect": "ask", "amount": body["amount"]}
    return {"closed": closed, "probability": None, "has_words": False, "currency": marked and marked.currency} | more


def _card(
    case: Case,
    place: int | None,
    move: Mapping[str, Any],
    state: BaseModel,
    policy: Policy,
    articles: Articles,
) -> Card:
    closed = move["closed"]
    drafted = case.drafts.get(place) if place is not None else None
    tool = policy.tools.get(closed.get("tool", ""))
    return Card(
        choice=place,
        closed=json.dumps(closed, ensure_ascii=False),
        title=title(closed, articles),
        gist=gist(move),
        money=grouped_money(move["amount"], move.get("currency")) if move.get("amount") is not None else "",
        clause=move.get("clause") or "",
        effect=move.get("effect") or "",
        probability=move["probability"],
        has_words=move["has_words"],
        text=drafted.body.get("text", "") if drafted else move.get("text", ""),
        note=drafted.body.get("feedback", "") if drafted else "",
        is_drafted=drafted is not None or "text" in move,
        fields=fields(tool, state, closed["arguments"]) if tool and place is not None else [],
        evidence=_evidence(case, move) if place is not None else [],
    )


def _others(case: Case, state: BaseModel, policy: Policy, articles: Articles) -> list[Card]:
    """Every other legal move that needs no words."""
    moves = legal_moves(policy, case, state, []) if case.asked is None else []
    plain = [move for move in moves if move.pattern is None]
    return [_card(case, None, described(policy, move), state, policy, articles) for move in plain]


def _evidence(case: Case, move: Mapping[str, Any]) -> list[str]:
    named: list[str] = []
    number = 0
    for entry in case.entries:
        number += entry.kind == MESSAGE
        if entry.kind == MESSAGE and (words := _words(entry, move)):
            named.append(f"message {number}: {', '.join(words)}")
        elif entry.kind == "done" and reads_for(entry.body, [move]):
            named.append(f"{entry.body['tool'].replace('_', ' ')} (entry {entry.seq})")
    return named


def _words(entry: Entry, move: Mapping[str, Any]) -> Sequence[str]:
    marked = [f"“{piece.text}”" for piece in pieces(entry.body["text"], [move]) if piece.moves]
    return list(dict.fromkeys(marked))


def _named(closed: Mapping[str, Any], policy: Policy, articles: Articles) -> str:
    """A move in one line."""
    values = _values(closed["tool"], closed["arguments"], policy) if closed["move"] == "call" else []
    return " · ".join([title(closed, articles), *values])


def _values(name: str, arguments: Mapping[str, Any], policy: Policy) -> list[str]:
    """Arguments of a call as a person reads them; the tool may be gone from the folder."""
    tool = policy.tools.get(name)
    marked = is_money(tool.arguments.model_fields[tool.money]) if tool and tool.money else None
    amount = tool.money if tool else None
    return [
        grouped_money(value, marked.currency) if marked and key == amount else str(value)
        for key, value in arguments.items()
    ]


def _line(entry: Entry, moves: Sequence[Mapping[str, Any]], policy: Policy) -> Line:
    body = entry.body
    if entry.kind == MESSAGE:
        return Line(entry, "Customer", pieces(body["text"], moves))
    if entry.kind in _SAID:
        return Line(entry, body.get("by", "copilot"), [Piece(body["text"], ())])
    needed = reads_for(body, moves) if entry.kind == "done" and not body["writes"] else ()
    return Line(entry, body.get("by", "copilot"), [Piece(_told(entry, policy), ())], needed)


def _told(entry: Entry, policy: Policy) -> str:
    body = entry.body
    if entry.kind == "approved":
        return f"approved: {body['move'].get('tool', body['move']['move']).replace('_', ' ')}"
    if entry.kind == "undone":
        return f"taken back{': ' + body['feedback'] if 'feedback' in body else ''}"
    if "tool" in body:
        name = " · ".join([body["tool"].replace("_", " "), *_values(body["tool"], body["arguments"], policy)])
        return f"{entry.kind}: {name}" + (f" ({why})" if (why := _why(body)) else "")
    if entry.kind == "follow_up":
        return f"follow-up in {body['days']} days: {body['text']}"
    if entry.kind == "handed_off":
        return f"handed off: {body['reason']}"
    return f"{entry.kind}: {body.get('text') or body.get('words') or body.get('move', '')} ({_why(body)})"


def _why(body: Mapping[str, Any]) -> str:
    return str(body.get("reason") or body.get("feedback") or body.get("error") or "")
