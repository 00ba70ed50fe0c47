"""What a move is like in its case, as numbers that mean the same in any shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from fewsight.agents.copilot.case import DONE, MESSAGE, REPLIED, Case
from fewsight.agents.copilot.evidence.mentions import FADE, Said
from fewsight.agents.copilot.moves import RULEBOOK, Move
from fewsight.agents.copilot.policy import Policy
from fewsight.agents.copilot.state import value_at
from fewsight.agents.copilot.tools import Call

KINDS: Final = ("known", "read", "write", "confirm", "identity", "clarify", "report", "closing", "words", "hand_off")
TIMES: Final = ("agreed", "declined", "done", "want", "want_now")
OF_CALLS: Final = (
    "now", "ever", "undone", "fit", "id", "id_other", "linked", "row_done", "literal", "filled", "declined_like",
    "read_want", "read_fit", "read_id", "read_id_other", "again",
)  # fmt: skip
FEATURES: Final = (*KINDS, *(f"{kind}&{time}" for kind in KINDS for time in TIMES), *OF_CALLS)


@dataclass(frozen=True)
class Wishes:
    """How likely each message asks for each tool, oldest first, and which value of an argument it speaks for.

    `literals` is by tool, argument and value, the newest message that says something counting most.
    """

    tools: Sequence[Mapping[str, float]]
    literals: Mapping[tuple[str, str, str], float]


def move_features(
    policy: Policy, case: Case, state: BaseModel, moves: Sequence[Move], wishes: Wishes
) -> list[list[float]]:
    """For each move its features, in the order of `FEATURES`."""
    reader = _Reader(policy, case, state, wishes)
    rows = [reader.features(move) for move in moves]
    return [[row.get(name, 0.0) for name in FEATURES] for row in rows]


class _Reader:
    def __init__(self, policy: Policy, case: Case, state: BaseModel, wishes: Wishes) -> None:
        self._policy, self._case, self._state, self._wishes = policy, case, state, wishes
        self._said = Said(case.texts)
        self._fits: dict[str, list[float]] = {}
        self._done = {e.body["tool"] for e in case.entries if e.kind == DONE and e.body["writes"]}
        self._now, self._ever = _at_times(wishes.tools, len(case.waiting))
        perceived = case.perceived.body["agreed"] if case.perceived else "unclear"
        has_asked = case.about is not None
        undone = [value for tool, value in self._ever.items() if tool not in self._done]
        self._times = {
            "agreed": float(has_asked and perceived == "yes" and not self._is_spent()),
            "declined": float(has_asked and perceived == "no"),
            "done": float(_done_since_message(case)),
            "want": max(undone, default=0.0),
            "want_now": max(self._now.values(), default=0.0),
        }

    def features(self, move: Move) -> dict[str, float]:
        """By name; what is missing is 0."""
        kind = _kind(move)
        row = {kind: 1.0} | {f"{kind}&{time}": value for time, value in self._times.items()}
        call = move.about or (move.offer.call if move.offer else None)
        if call is None:
            return row
        return row | (self._of_write(call, move) if call.tool.writes else self._of_read(call))

    def _is_spent(self) -> bool:
        return self._case.about is not None and self._case.is_spent(self._case.about)

    def _of_write(self, call: Call, move: Move) -> dict[str, float]:
        name = call.tool.name
        ever = self._ever.get(name, 0.0)
        likely = [self._wishes.literals.get((name, a, str(call.arguments[a])), 0.0) for a in call.tool.choices]
        return {
            "now": self._now.get(name, 0.0),
            "ever": ever,
            "undone": ever * (name not in self._done),
            "literal": sum(likely),
            "filled": move.filled,
            "declined_like": float(self._case.declined_like(name, _base(call))),
            "row_done": float(self._case.done_like(name, _base(call))),
            "linked": float(_linked(call)),
            **self._of_rows(call, ""),
        }

    def _of_read(self, call: Call) -> dict[str, float]:
        wanting = [
            self._ever.get(clause.text.tool, 0.0)
            for clause in self._policy.clauses
            if any(call.tool.name in names for names in clause.text.reads)
        ]
        again = float(any(name == call.tool.name and dict(given) == call.arguments for name, given in self._case.reads))
        return {"read_want": max(wanting, default=0.0) * bool(call.rows), "again": again} | self._of_rows(call, "read_")

    def _of_rows(self, call: Call, before: str) -> dict[str, float]:
        fit = own = other = 0.0
        for path, row in call.rows.items():
            if "." in path:
                continue
            rows = value_at(self._state, {}, path)
            place = next(i for i, one in enumerate(rows) if one is row)
            if path not in self._fits:
                self._fits[path] = self._said.fit(rows)
            ids = [self._said.has_end(str(getattr(one, "id", ""))) for one in rows]
            fit, own = fit + self._fits[path][place], own + ids[place]
            other += max([value for i, value in enumerate(ids) if i != place], default=0.0)
        return {f"{before}fit": fit, f"{before}id": own, f"{before}id_other": other}


def _kind(move: Move) -> str:
    if move.offer is not None:
        tool = move.offer.call.tool
        return "write" if tool.writes else "known" if tool.said else "read"
    if move.about is not None:
        return "confirm"
    closed = move.closed
    if closed["move"] == "hand_off":
        return "hand_off"
    if move.fixed is None:
        return "words"
    if closed["move"] == "question":
        return "identity" if "needs" in closed else "clarify"
    return "closing" if closed["cite"] == RULEBOOK else "report"


def _at_times(tools: Sequence[Mapping[str, float]], waiting: int) -> tuple[dict[str, float], dict[str, float]]:
    """For each tool how much the messages that wait ask for it, and how much any did, older ones less."""
    now: dict[str, float] = {}
    ever: dict[str, float] = {}
    for age, each in enumerate(reversed(tools)):
        for tool, value in each.items():
            ever[tool] = max(ever.get(tool, 0.0), value * FADE**age)
            if age < waiting:
                now[tool] = max(now.get(tool, 0.0), value)
    return now, ever


def _done_since_message(case: Case) -> bool:
    for entry in reversed(case.entries):
        if entry.kind in (MESSAGE, REPLIED):
            return False
        if entry.kind == DONE and entry.body["writes"]:
            return True
    return False


def _base(call: Call) -> dict[str, object]:
    """The arguments that say which row is meant first: an order, and not how it is paid back."""
    first = next(iter(call.tool.sources), None)
    return {first: call.arguments[first]} if first else {}


def _linked(call: Call) -> bool:
    """Whether an argument's value also stands in the row of another argument: the order's own way of paying."""
    rows = list(call.rows.items())
    ids = {str(getattr(row, "id", "")): path for path, row in rows}
    values = ((path, str(v)) for path, row in rows for k, v in dict(row).items() if isinstance(v, str) and k != "id")
    return any(value in ids and ids[value] != path for path, value in values)
