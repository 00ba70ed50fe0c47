"""Decisions as rows to train on: what people approved, and pairs of what they preferred to what was suggested.

The shapes are those of conversational prompt-completion and preference data sets (TRL has both).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fewsight.agents.copilot.articles import Articles
from fewsight.agents.copilot.case import APPROVED, DRAFTED, REJECTED, Entry
from fewsight.agents.copilot.deciding import SYSTEM, prompt_text
from fewsight.agents.copilot.moves import Move
from fewsight.agents.copilot.people.replay import Decision, decisions, state_of
from fewsight.agents.copilot.policy import Policy

Row = dict[str, Any]


def training_rows(case_id: str, entries: Sequence[Entry], policy: Policy, articles: Articles) -> Iterator[Row]:
    """One row for each approval that was not taken back: the prompt of the step, and the move with its words."""
    for decision in decisions(case_id, entries):
        prompt = _prompt(decision, policy, articles)
        if prompt is None or decision.done is None or decision.done.kind != APPROVED:
            continue
        body = decision.done.body
        how = "other" if body["choice"] is None else "edited" if body["edited"] else "approved"
        yield {
            "prompt": prompt,
            "completion": _said(body["move"], body["text"]),
            **_origin(case_id, decision),
            "how": how,
        }


def preference_pairs(case_id: str, entries: Sequence[Entry], policy: Policy, articles: Articles) -> Iterator[Row]:
    """What a person took, before what was suggested instead: changed, passed over at the first place, or rejected.

    A rejection is paired with what was approved next before the customer wrote again, and has its reason.
    """
    all_decisions = list(decisions(case_id, entries))
    for place, decision in enumerate(all_decisions):
        prompt, later = _prompt(decision, policy, articles), _approved_from(all_decisions[place:])
        if prompt is None or decision.done is None or later is None:
            continue
        chosen = _said(later["move"], later["text"])
        for rejected, why in _against(decision, entries):
            if rejected != chosen:
                pair = {"prompt": prompt, "chosen": chosen, "rejected": rejected}
                yield {**pair, **_origin(case_id, decision), "why": why}


def _against(decision: Decision, entries: Sequence[Entry]) -> Iterator[tuple[list[Row], str]]:
    assert decision.done is not None
    body, moves = decision.done.body, decision.suggested.body["moves"]
    choice = body["choice"] if body["choice"] is not None else 0
    drafts = {
        entry.body["choice"]: entry.body.get("text")
        for entry in entries
        if entry.kind == DRAFTED and entry.body["suggested"] == decision.suggested.seq
    }
    if choice < len(moves) and (not moves[choice]["has_words"] or drafts.get(choice)):
        why = body["reason"] if decision.done.kind == REJECTED else "edited" if body["choice"] is not None else "other"
        yield _said(moves[choice]["closed"], drafts.get(choice) or ""), why
    if decision.done.kind == APPROVED and choice > 0 and not moves[0]["has_words"]:
        yield _said(moves[0]["closed"], ""), "passed over"


def _approved_from(later: Sequence[Decision]) -> Row | None:
    """What was approved at this decision, or after rejections before the next message."""
    first = later[0]
    for decision in later:
        is_same = len(decision.case.waiting) == len(first.case.waiting)
        if decision.done is None or not is_same:
            return None
        if decision.done.kind == APPROVED:
            body: Row = dict(decision.done.body)
            return body
    return None


def _prompt(decision: Decision, policy: Policy, articles: Articles) -> list[Row] | None:
    state = state_of(decision, policy.state)
    if state is None:
        return None
    shown = [article for article in articles.articles if article.id in decision.suggested.body["articles"]]
    text = prompt_text(policy, decision.case, state, shown)
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]


def _said(closed: Row, text: str) -> list[Row]:
    content = Move(closed).text + (f"\n{text}" if text else "")
    return [{"role": "assistant", "content": content}]


def _origin(case_id: str, decision: Decision) -> Row:
    return {"case": case_id, "entry": decision.suggested.seq}
