"""Rows for a ranker: who knows the gold calls plays the training tasks, and each of its moves is one that was right.

The customer is the scripted one, in other wordings and of other tasks than those that are measured on.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fewsight.agents.copilot.case import HANDED_OFF, QUESTION, REPLIED
from fewsight.agents.copilot.copilot import Copilot, View
from fewsight.agents.copilot.evidence.elements import group_features
from fewsight.agents.copilot.evidence.mentions import Said
from fewsight.agents.copilot.judging import possible_calls
from fewsight.agents.copilot.moves import Move
from fewsight.agents.copilot.ranking.features import move_features
from fewsight.agents.copilot.ranking.fitting import Choices, TextRows
from fewsight.agents.copilot.ranking.ranker import Ranker
from fewsight.agents.copilot.tools import Call
from tests.bench.retail.customer import KINDS, ScriptedCustomer
from tests.bench.retail.play import MOST_TURNS, gold_arguments
from tests.bench.retail.slots import Task
from tests.bench.retail.tools import Customer


@dataclass
class Rows:
    """What the plays have shown."""

    moves: Choices = field(default_factory=list)
    elements: Choices = field(default_factory=list)
    texts: TextRows = field(default_factory=TextRows)
    stuck: int = 0


class Teacher:
    """Plays one task by its gold calls; `ranker` is given where moves' features are wanted."""

    def __init__(self, task: Task, copilot: Copilot, rows: Rows, ranker: Ranker | None) -> None:
        self.task, self.copilot, self.rows, self.ranker = task, copilot, rows, ranker
        self.customer = ScriptedCustomer(task, 0)
        self._texts_seen: set[str] = set()

    def play(self, seed: int) -> None:
        """The whole conversation."""
        desk = self.copilot.desk
        self.customer = ScriptedCustomer(self.task, seed)
        case = desk.open(self.task.user)
        self._say(case, self.customer.first())
        for _ in range(MOST_TURNS):
            view = self.copilot.look(case)
            if not view.moves:
                return
            move = self._right(view)
            if move is None:
                self.rows.stuck += 1
                return
            self._note(view, move)
            entry = self._take(view, move)
            if entry.kind == HANDED_OFF or (self.customer.is_done and entry.kind in (REPLIED, QUESTION)):
                return
            if entry.kind in (REPLIED, QUESTION):
                state = desk.store.state(self.task.user)
                assert isinstance(state, Customer)
                self._say(case, self.customer.answer(entry.kind, dict(entry.body), state))

    def _say(self, case: str, text: str) -> None:
        """What is voiced in a text, is its row: the tools of the wishes that are open and said."""
        new = [one for one in self.customer.wishes if one.said and not one.agreed]
        tools = {tool for tool, kind in KINDS.items() for one in new if one.wish.kind == kind}
        if text not in self._texts_seen and not text.lower().startswith(("yes", "sure", "correct", "that's right")):
            literal = {f"cancel_pending_order|reason|{o.wish.reason}" for o in new if o.wish.kind == "cancel"}
            voiced = tools if new and any(o.wish.order[-4:] in text or o.wish.order == "" for o in new) else set()
            self.rows.texts.texts.append(text)
            self.rows.texts.heads.append(voiced | (literal if len(new) == 1 and voiced else set()))
            self._texts_seen.add(text)
        self.copilot.desk.receive(case, text)

    def _take(self, view: View, move: Move) -> Any:
        """Take the move, a question about a call with gold's own list, which the copilot may not have filled so yet."""
        gold = self._next_gold(view)
        if move.about is not None and gold is not None:
            closed = {"move": "question", "call": {"tool": gold[0], "arguments": gold[1]}}
            move = Move(closed, fixed="Shall I do this?", about=move.about)
        return self.copilot._take(view, move)

    def _right(self, view: View) -> Move | None:
        """The legal move that gold leads to: known, then each call's read, question and act, else an ending."""
        case, moves = view.case, view.moves
        if not any(name.startswith("find_user") for name, _ in case.reads):
            known = [m for m in moves if m.offer and m.offer.call.tool.said]
            asked = [
                m for m in moves if "needs" in m.closed and ("email" in m.closed["needs"]) == bool(self.task.email)
            ]
            return next(iter([*known, *asked]), None)
        acts = [m for m in moves if m.offer and m.offer.call.tool.writes]
        if acts:
            return acts[0]
        gold = self._next_gold(view)
        if gold is not None:
            tool, arguments = gold
            reads = [m for m in moves if m.offer and m.offer.call.tool.name == "get_order_details"]
            if not case.has_read("get_order_details", {"order_id": arguments["order_id"]}):
                return next(
                    (m for m in reads if m.offer and m.offer.call.arguments["order_id"] == arguments["order_id"]), None
                )
            meant = [m for m in moves if m.about and m.about.tool.name == tool and _is_base(m.about, arguments)]
            self._note_elements(view, tool, arguments)
            return next(iter(meant), None)
        report = [m for m in moves if m.closed.get("cite", "").startswith("entry")]
        closing = [m for m in moves if m.closed.get("cite") == "policy"]
        return next(iter([*report, *closing]), None)

    def _next_gold(self, view: View) -> tuple[str, dict[str, Any]] | None:
        """The first gold call that was voiced and not done."""
        said = {one.wish.kind for one in self.customer.wishes if one.said and not one.agreed}
        assert isinstance(view.state, Customer)
        for action in self.task.gold:
            if KINDS[action["name"]] in said:
                arguments = gold_arguments(action, view.state)
                orders = {o.wish.order for o in self.customer.wishes if o.said and o.wish.kind == KINDS[action["name"]]}
                if arguments["order_id"] in orders or "" in orders:
                    return action["name"], arguments
        return None

    def _note(self, view: View, move: Move) -> None:
        if self.ranker is None or len(view.moves) < 2:
            return
        policy = self.copilot.desk.policy
        features = move_features(policy, view.case, view.state, view.moves, self.ranker.wishes(view.case.texts))
        self.rows.moves.append((features, list(view.moves).index(move)))

    def _note_elements(self, view: View, tool: str, arguments: dict[str, Any]) -> None:
        if "items" not in arguments:
            return
        for offer in possible_calls(self.copilot.desk.policy, view.case, view.state):
            if offer.call.tool.name == tool and _is_base(offer.call, arguments):
                groups = group_features(offer.call, offer.groups, Said(view.case.texts))
                for group, features in zip(offer.groups, groups, strict=True):
                    place = next((i for i, e in enumerate(group, 1) if dict(e.values) in arguments["items"]), 0)
                    self.rows.elements.append(([[0.0] * len(features[0]), *features], place))


def _is_base(call: Call, arguments: dict[str, Any]) -> bool:
    """Whether a call has these arguments, its list left out."""
    return all(call.arguments[name] == value for name, value in arguments.items() if name != "items")


def place_of(folder: Path) -> Path:
    """The file that a play's store is copied to."""
    return folder / "play.db"
