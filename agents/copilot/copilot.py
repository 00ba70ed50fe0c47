"""The copilot: one step of a case at a time, chosen by a model among the legal moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.articles import Article, Articles
from fewsight.agents.copilot.case import Case, Entry
from fewsight.agents.copilot.deciding import Suggestion, prompt_ids, ranked, words_of
from fewsight.agents.copilot.moves import Move, legal_moves
from fewsight.agents.copilot.policy import Policy, PolicyText
from fewsight.agents.copilot.store import Store
from fewsight.agents.copilot.tools import Tool
from fewsight.errors import ConfigError
from fewsight.serving.engines.base import Engine


@dataclass(frozen=True)
class View:
    """What a case looks like to the model: no moves and no prompt where it waits for the customer or a person."""

    case: Case
    state: BaseModel
    shown: Sequence[Article]
    moves: Sequence[Move]
    prompt: tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """What a step came to: all legal moves, the likeliest first, and the entry of the one that was taken.

    Both are empty where the case waits for the customer or for a person.
    """

    suggestions: Sequence[Suggestion]
    entry: Entry | None


class Copilot:
    """A support agent's second pair of eyes.

    Args:
        store: customers' tables and the log of their cases, with the model of a customer's state.
        policy: as it was read.
        tools: what clauses speak of.
        engine: scores moves and writes words; it must score and prefill.
        articles: what replies may cite.

    Raises:
        PolicyError: policy, tools and state do not fit each other.
        ConfigError: the engine gives no probabilities.
    """

    def __init__(
        self,
        store: Store,
        policy: PolicyText,
        tools: Sequence[Tool],
        engine: Engine,
        articles: Articles | None = None,
    ) -> None:
        if not (engine.capabilities.score and engine.capabilities.prefill):
            raise ConfigError(f"The engine {engine.identity.engine!r} does not score labels; take a local one.")
        self.desk = Desk(store, Policy(policy, tools, store.model))
        self._engine, self._articles = engine, articles or Articles()

    def look(self, case_id: str) -> View:
        """A case as it stands, with its legal moves.

        Raises:
            CaseError: there is no such case.
            EngineError: it does not fit the model's context.
        """
        case = self.desk.store.case(case_id)
        return self.view(case, self.desk.store.state(case.customer_id))

    def view(self, case: Case, state: BaseModel) -> View:
        """A case and a state as they were at some time, with the moves that are legal then.

        Raises:
            EngineError: it does not fit the model's context.
        """
        shown = self._articles.nearest(" ".join(entry.body["text"] for entry in case.waiting[-5:]))
        moves = legal_moves(self.desk.policy, case, state, shown)
        prompt = prompt_ids(self._engine, self.desk.policy, case, state, shown) if moves else ()
        return View(case, state, shown, moves, prompt)

    def rank(self, view: View) -> list[Suggestion]:
        """The moves with their probabilities, the likeliest first; none of them is taken.

        Raises:
            EngineError: the engine failed.
        """
        return ranked(self._engine, view.prompt, view.moves) if view.moves else []

    def write(self, view: View, move: Move) -> str:
        """Words for a move that has any.

        Raises:
            EngineError: the engine failed, or the words have no end.
        """
        return words_of(self._engine, view.prompt, move)

    def step(self, case_id: str) -> Step:
        """Take the likeliest legal move: act, ask a person, or log why it was denied.

        Raises:
            CaseError: there is no such case.
            EngineError: the engine failed; nothing was done.
        """
        view = self.look(case_id)
        suggestions = self.rank(view)
        if not suggestions:
            return Step([], None)
        move = suggestions[0].move
        if move.offer is not None:
            call = move.offer.call
            return Step(suggestions, self.desk.call(case_id, call.tool.name, call.arguments))
        if move.pattern is None:
            return Step(suggestions, self.desk.hand_off(case_id, move.closed["reason"]))
        words = self.write(view, move)
        more = {key: value for key, value in move.closed.items() if key != "move"}
        return Step(suggestions, self.desk.say(case_id, view.case.entries[-1].seq, move.entry, words, **more))
