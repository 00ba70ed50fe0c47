"""A case again, step by step, and what another policy or model would have done at each decision.

Suggestions keep the state that they were made by; a case that was never shown to a person keeps none, and can be
shown again, but not be compared.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from fewsight.agents.copilot.case import APPROVED, REJECTED, SUGGESTED, UNDONE, Case, Entry, fold
from fewsight.agents.copilot.deciding import Suggestion
from fewsight.agents.copilot.judging import judge
from fewsight.agents.copilot.policy import Policy
from fewsight.agents.copilot.store import LOG
from fewsight.agents.copilot.tools import find_calls
from fewsight.errors import CaseError

Rank = Callable[[Case, BaseModel], Sequence[Suggestion]]


@dataclass(frozen=True, slots=True)
class Decision:
    """Suggestions, the case before them, and what a person did then: None where the log ends, or went on by itself."""

    case: Case
    suggested: Entry
    done: Entry | None


def read_log(path: Path) -> dict[str, list[Entry]]:
    """The entries of all cases in a file, by case, oldest first; the file is only read.

    Raises:
        CaseError: it holds no log.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            query = f"SELECT case_id, seq, time, kind, body FROM {LOG} ORDER BY seq"  # noqa: S608 - our name
            rows = database.execute(query).fetchall()
    except sqlite3.Error as error:
        raise CaseError(f"{str(path)!r} holds no log of cases: {error}. Name the copilot's database.") from error
    cases: dict[str, list[Entry]] = {}
    for case_id, seq, time, kind, body in rows:
        cases.setdefault(case_id, []).append(Entry(seq, time, kind, json.loads(body)))
    return cases


def decisions(case_id: str, entries: Sequence[Entry]) -> Iterator[Decision]:
    """Every time that moves were suggested in a case."""
    undone = {entry.body["approved"] for entry in entries if entry.kind == UNDONE}
    for place, entry in enumerate(entries):
        if entry.kind != SUGGESTED:
            continue
        after = entries[place + 1 :]
        until = next((i for i, later in enumerate(after) if later.kind == SUGGESTED), len(after))
        done = [
            later
            for later in after[:until]
            if later.seq not in undone and later.kind in (APPROVED, REJECTED) and later.body.get("basis") == entry.seq
        ]
        yield Decision(fold(case_id, entries[:place]), entry, done[-1] if done else None)


def state_of(decision: Decision, model: type[BaseModel]) -> BaseModel | None:
    """The state that moves were suggested by; None where this model can't hold it."""
    try:
        return model.model_validate(decision.suggested.body["state"])
    except ValidationError:
        return None


def compared(decision: Decision, policy: Policy, rank: Rank | None) -> Iterator[str]:
    """Sentences on what this policy, and the model that ranks where there is one, would have done."""
    state = state_of(decision, policy.state)
    if state is None:
        yield "the state of then does not fit the other folder's model"
        return
    closed = decision.done.body["move"] if decision.done and decision.done.kind == APPROVED else None
    for move in [closed] if closed else [each["closed"] for each in decision.suggested.body["moves"]]:
        if move["move"] == "call":
            yield f"{_name(move)}: {_verdict(decision.case, policy, move, state)}"
    if rank is not None and (suggestions := rank(decision.case, state)):
        best = suggestions[0]
        yield f"the model would suggest {best.move.text} ({best.probability:.2f})"


def told(entry: Entry) -> str:
    """An entry as a line."""
    body = entry.body
    if entry.kind == SUGGESTED:
        moves = [f"{move['probability']:.2f} {_name(move['closed'])}{_clause(move)}" for move in body["moves"]]
        return "suggested: " + "; ".join(moves)
    shown = {name: value for name, value in body.items() if name not in ("state", "facts", "tried", "open", "due")}
    return f"{entry.kind}: {json.dumps(shown, ensure_ascii=False)[:400]}"


def _verdict(case: Case, policy: Policy, move: dict[str, Any], state: BaseModel) -> str:
    if move["tool"] not in policy.tools:
        return "there is no such tool"
    meant = find_calls(policy.tools[move["tool"]], move["arguments"], state)
    if not meant:
        return "deny (its values are not in the state)"
    verdict = judge(policy, case, meant, state)
    return f"{verdict.effect} ({verdict.feedback})"


def _name(move: dict[str, Any]) -> str:
    if move["move"] != "call":
        return " ".join(str(value) for value in move.values())
    return f"{move['tool']} {json.dumps(move['arguments'], ensure_ascii=False)}"


def _clause(move: dict[str, Any]) -> str:
    return f" [{move['effect']}: {move['clause']}]" if move.get("clause") else ""
