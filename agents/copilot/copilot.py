"""The copilot: one step of a case at a time, chosen by a model among the legal moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.articles import Articles
from fewsight.agents.copilot.case import Entry
from fewsight.agents.copilot.deciding import Suggestion, prompt_ids, ranked, words_of
from fewsight.agents.copilot.moves import legal_moves
from fewsight.agents.copilot.policy import Policy, PolicyText
from fewsight.agents.copilot.store import Store
from fewsight.agents.copilot.tools import Tool
from fewsight.errors import ConfigError
from fewsight.serving.engines.base import Engine


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

    def step(self, case_id: str) -> Step:
        """Take the likeliest legal move: act, ask a person, or log why it was denied.

        Raises:
            CaseError: there is no such case.
            EngineError: the engine failed; nothing was done.
        """
        case = self.desk.store.case(case_id)
        state = self.desk.store.state(case.customer_id)
        shown = self._articles.nearest(" ".join(entry.body["text"] for entry in case.waiting[-5:]))
        moves = legal_moves(self.desk.policy, case, state, shown)
        if not moves:
            return Step([], None)
        prompt = prompt_ids(self._engine, self.desk.policy, case, state, shown)
        suggestions = ranked(self._engine, prompt, moves)
        move = suggestions[0].move
        if move.offer is not None:
            call = move.offer.call
            return Step(suggestions, self.desk.call(case_id, call.tool.name, call.arguments))
        if move.pattern is None:
            return Step(suggestions, self.desk.hand_off(case_id, move.closed["reason"]))
        words = words_of(self._engine, prompt, move)
        more = {key: value for key, value in move.closed.items() if key != "move"}
        return Step(suggestions, self.desk.say(case_id, case.entries[-1].seq, move.entry, words, **more))
