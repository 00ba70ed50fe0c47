"""Suggestions for a person: reads that are allowed are done, and up to four other moves are written into the log.

The entry holds the state and the articles that the moves were ranked by, so that a case can be replayed as it was.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel

from fewsight.agents.copilot.acting import Desk, unsayable
from fewsight.agents.copilot.case import DRAFTED, SUGGESTED, Case, Entry
from fewsight.agents.copilot.copilot import Copilot, View
from fewsight.agents.copilot.deciding import Suggestion
from fewsight.agents.copilot.judging import Offer
from fewsight.agents.copilot.moves import Move
from fewsight.agents.copilot.policy import Policy
from fewsight.agents.copilot.speech import fill, slots
from fewsight.agents.copilot.state import is_money

SHOWN: Final = 4
"""Moves that a person chooses among."""

ALIKE: Final = 2
"""Of these, moves of one tool or kind."""

MOST_READS: Final = 6
"""Reads after a message that the model may ask for by itself."""


def needs_suggestions(case: Case) -> bool:
    """Whether the case waits for moves to be suggested, and not for a customer or a person."""
    return not case.is_idle and case.asked is None and case.suggested is None and case.approved is None


def suggest(copilot: Copilot, case_id: str) -> Entry | None:
    """Do allowed reads while one is the likeliest move, then log up to `SHOWN` others; None where nothing is needed.

    Raises:
        CaseError: there is no such case.
        EngineError: the engine failed; reads that were done stay done.
    """
    while needs_suggestions(copilot.desk.store.case(case_id)):
        view = copilot.look(case_id)
        suggestions = copilot.rank(view)
        best = suggestions[0].move.offer
        if best is not None and _is_free(best) and view.case.steps < MOST_READS:
            copilot.desk.call(case_id, best.call.tool.name, best.call.arguments)
            continue
        return _log(copilot.desk, view, suggestions)
    return None


def draft(copilot: Copilot, case_id: str, choice: int) -> Entry | None:
    """Write the words of a suggested move, and log them; None where it has none, or is suggested no longer.

    Raises:
        CaseError: there is no such case.
        EngineError: the engine failed.
    """
    desk = copilot.desk
    suggested = desk.store.case(case_id).suggested
    if suggested is None:
        return None
    closed = suggested.body["moves"][choice]["closed"]
    view = copilot.look(case_id)
    move = next((move for move in view.moves if move.closed == closed and move.pattern is not None), None)
    if move is None:
        return None
    words = copilot.write(view, move)
    with desk.store.transaction():
        case = desk.store.case(case_id)
        if case.suggested is None or case.suggested.seq != suggested.seq or choice in case.drafts:
            return None
        filled = slots(desk.store.state(case.customer_id), desk.policy.reply.slots)
        wrong = unsayable(case, suggested.seq, move.entry, words, filled)
        more = {"feedback": wrong} if wrong else {"text": fill(words, filled)}
        desk.store.append(case_id, DRAFTED, {"suggested": suggested.seq, "choice": choice, "words": words, **more})
        return desk.store.case(case_id).entries[-1]


def described(policy: Policy, move: Move, probability: float | None = None) -> dict[str, Any]:
    """A move as the log and pages have it, with clause, money, and the reads that the clause needs."""
    body: dict[str, Any] = {"closed": dict(move.closed), "probability": probability, "has_words": bool(move.pattern)}
    if move.offer is None:
        return body
    call, verdict = move.offer.call, move.offer.verdict
    money = is_money(call.tool.arguments.model_fields[call.tool.money]) if call.tool.money else None
    needs = [
        name for clause in policy.clauses if clause.text.name == verdict.clause for name in sum(clause.text.reads, ())
    ]
    return body | {
        "clause": verdict.clause,
        "effect": verdict.effect,
        "writes": call.tool.writes,
        "amount": call.amount,
        "currency": money.currency if money else None,
        "needs": needs,
        "rows": {path: _single_values(row) for path, row in call.rows.items()},
    }


def _log(desk: Desk, view: View, suggestions: Sequence[Suggestion]) -> Entry | None:
    offers = [s.move.offer for s in suggestions if s.move.offer is not None]
    wanted = [s for s in suggestions if s.move.text not in view.case.rejected]
    chosen = _mixed([s for s in wanted if s.move.offer is None or not _is_free(s.move.offer)])
    body = {
        "state": view.state.model_dump(mode="json"),
        "articles": [article.id for article in view.shown],
        "moves": [described(desk.policy, s.move, s.probability) for s in chosen],
        "legal": len(suggestions),
        "stake": max((offer.call.amount or 0 for offer in offers), default=0),
    }
    with desk.store.transaction():
        if desk.store.case(view.case.id).entries[-1].seq != view.case.entries[-1].seq:
            return None  # somebody was faster; it is looked at again
        desk.store.append(view.case.id, SUGGESTED, body)
        return desk.store.case(view.case.id).entries[-1]


def _mixed(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """The likeliest, with at most `ALIKE` of one tool or kind; so a reply stands beside many refunds."""
    alike: Counter[str] = Counter()
    chosen: list[Suggestion] = []
    for suggestion in suggestions:
        kind = suggestion.move.closed.get("tool", suggestion.move.closed["move"])
        alike[kind] += 1
        if alike[kind] <= ALIKE and len(chosen) < SHOWN:
            chosen.append(suggestion)
    return chosen


def _is_free(offer: Offer) -> bool:
    """Whether it is a read that nobody has to be asked for."""
    return not offer.call.tool.writes and offer.verdict.effect == "allow"


def _single_values(row: BaseModel) -> dict[str, Any]:
    plain = row.model_dump(mode="json")
    return {name: value for name, value in plain.items() if not isinstance(value, list | dict)}
