"""The copilot: one step of a case at a time, chosen by a model among the legal moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.articles import Article, Articles
from fewsight.agents.copilot.case import Case, Entry
from fewsight.agents.copilot.deciding import Suggestion, prompt_ids, ranked, words_of
from fewsight.agents.copilot.evidence.agreement import agreement
from fewsight.agents.copilot.evidence.elements import RULES
from fewsight.agents.copilot.moves import Move, legal_moves
from fewsight.agents.copilot.policy import Policy, PolicyText
from fewsight.agents.copilot.ranking.ranker import RANKER_ALONE, Blend, Ranker
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
        engine: scores moves and writes words; it must score and prefill. Without one, the ranker ranks alone, and
            there are no moves whose words a model writes.
        articles: what replies may cite.
        ranker: learned from right moves; it fills lists.
        blend: how the ranker counts beside the model; where the model counts for nothing, it is not asked.

    Raises:
        PolicyError: policy, tools and state do not fit each other.
        ConfigError: the engine gives no probabilities.
    """

    def __init__(
        self,
        store: Store,
        policy: PolicyText,
        tools: Sequence[Tool],
        engine: Engine | None,
        articles: Articles | None = None,
        ranker: Ranker | None = None,
        blend: Blend = RANKER_ALONE,
    ) -> None:
        if engine is None and ranker is None:
            raise ConfigError("Give the copilot an engine or a ranker.")
        if engine is not None and not (engine.capabilities.score and engine.capabilities.prefill):
            raise ConfigError(f"The engine {engine.identity.engine!r} does not score labels; take a local one.")
        self.desk = Desk(store, Policy(policy, tools, store.model))
        self._engine, self._articles = engine, articles or Articles()
        self._ranker, self._blend = ranker, blend

    def look(self, case_id: str) -> View:
        """A case as it stands, with its legal moves.

        Raises:
            CaseError: there is no such case.
            EngineError: it does not fit the model's context.
        """
        case = self._perceived(case_id)
        return self.view(case, self.desk.store.state(case.customer_id))

    def view(self, case: Case, state: BaseModel) -> View:
        """A case and a state as they were at some time, with the moves that are legal then.

        Raises:
            EngineError: it does not fit the model's context.
        """
        shown = self._articles.nearest(" ".join(entry.body["text"] for entry in case.waiting[-5:]))
        elements = self._ranker.elements if self._ranker else RULES
        moves = legal_moves(self.desk.policy, case, state, shown, elements)
        if self._engine is None:
            return View(case, state, shown, [move for move in moves if move.pattern is None], ())
        prompt = prompt_ids(self._engine, self.desk.policy, case, state, shown) if moves else ()
        return View(case, state, shown, moves, prompt)

    def _perceived(self, case_id: str) -> Case:
        """The case, after it was noted what its newest messages come to."""
        case = self.desk.store.case(case_id)
        is_needed = self._ranker is not None or case.about is not None
        if not is_needed or not case.waiting or case.is_closed or case.perceived is not None:
            return case
        texts = [entry.body["text"] for entry in case.waiting]
        intents = self._ranker.intents(texts) if self._ranker else []
        agreed = agreement(texts) if case.about is not None else "unclear"
        self.desk.perceive(case_id, case.waiting[-1].seq, {"agreed": agreed, "intents": intents})
        return self.desk.store.case(case_id)

    def rank(self, view: View) -> list[Suggestion]:
        """The moves with their probabilities, the likeliest first; none of them is taken.

        Raises:
            EngineError: the engine failed.
        """
        if not view.moves:
            return []
        if self._ranker is None:
            assert self._engine is not None
            return ranked(self._engine, view.prompt, view.moves)
        shares = self._ranker.shares(self.desk.policy, view.case, view.state, view.moves)
        if self._engine is not None and self._blend.own > 0:
            models = {one.move.text: one.probability for one in ranked(self._engine, view.prompt, view.moves)}
            shares = self._blend.of([models[move.text] for move in view.moves], shares)
        pairs = zip(view.moves, shares, strict=True)
        return sorted((Suggestion(move, share) for move, share in pairs), key=lambda one: -one.probability)

    def write(self, view: View, move: Move) -> str:
        """Words for a move that has any.

        Raises:
            EngineError: the engine failed, or the words have no end.
        """
        if move.fixed is not None:
            return move.fixed
        assert self._engine is not None
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
        return Step(suggestions, self._take(view, move))

    def _take(self, view: View, move: Move) -> Entry:
        case_id, after = view.case.id, view.case.entries[-1].seq
        if move.offer is not None:
            call = move.offer.call
            return self.desk.call(case_id, call.tool.name, call.arguments)
        if move.pattern is None and move.fixed is None:
            return self.desk.hand_off(case_id, move.closed["reason"])
        more = {key: value for key, value in move.closed.items() if key != "move"}
        if move.fixed is not None:
            return self.desk.say_fixed(case_id, after, move.entry, move.fixed, **more)
        return self.desk.say(case_id, after, move.entry, self.write(view, move), **more)
