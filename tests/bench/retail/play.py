"""Playing a task: the scripted customer against a copilot, scored by the store's content when the talk is over."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from fewsight.agents.copilot.case import DONE, HANDED_OFF, QUESTION, REPLIED, Case, Entry
from fewsight.agents.copilot.copilot import Copilot
from fewsight.agents.copilot.store import Store
from fewsight.agents.copilot.tools import Act, Tool
from tests.bench.retail.customer import ScriptedCustomer
from tests.bench.retail.slots import Task
from tests.bench.retail.store import TOOLS, content, fresh
from tests.bench.retail.tools import Customer

MOST_TURNS = 25
BY_NAME: dict[str, Tool] = {tool.name: tool for tool in TOOLS}


@dataclass
class Outcome:
    """What came of one try: whether the store is as gold leaves it, and what the customer agreed to or gave up."""

    task: str
    is_solved: bool
    is_over: bool
    given_up: int
    handed_off: bool
    writes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    steps: int = 0


def play(task: Task, copilot: Copilot, seed: int, gold: dict[str, str], spoil: Callable[[str], str] = str) -> Outcome:
    """Let the customer and the copilot talk until one of them ends it. `spoil` changes what the customer writes."""
    desk, customer = copilot.desk, ScriptedCustomer(task, seed)
    case = desk.open(task.user)
    desk.receive(case, spoil(customer.first()))
    outcome = Outcome(task.id, False, False, 0, False)
    for _ in range(MOST_TURNS):
        entry = _until_answered(copilot, case, outcome)
        if entry is None or entry.kind == HANDED_OFF or customer.is_done:
            outcome.is_over = True
            break
        state = desk.store.state(task.user)
        assert isinstance(state, Customer)
        desk.receive(case, spoil(customer.answer(entry.kind, dict(entry.body), state)))
    return _scored(outcome, desk.store, customer, desk.store.case(case), gold)


def _until_answered(copilot: Copilot, case: str, outcome: Outcome) -> Entry | None:
    """Steps until the customer is answered or the case closed."""
    from time import perf_counter

    while True:
        start = perf_counter()
        entry = copilot.step(case).entry
        outcome.seconds.append(perf_counter() - start)
        outcome.steps += 1
        if entry is None or entry.kind in (REPLIED, QUESTION, HANDED_OFF):
            return entry


def _scored(outcome: Outcome, store: Store, customer: ScriptedCustomer, case: Case, gold: dict[str, str]) -> Outcome:
    outcome.given_up = customer.given_up
    outcome.handed_off = case.is_closed
    outcome.is_solved = content(store) == gold
    done = [entry.body for entry in case.entries if entry.kind == DONE and entry.body["writes"]]
    outcome.writes = [(body["tool"], dict(body["arguments"])) for body in done]
    return outcome


def gold_content(task: Task, template: Path, place: Path) -> dict[str, str]:
    """What the store holds after the gold calls, done by its own tools.

    Raises:
        ValueError, KeyError, StopIteration: a gold call can't be done.
    """
    store = fresh(template, place)
    for action in task.gold:
        state = store.state(task.user)
        assert isinstance(state, Customer)
        tool = BY_NAME[action["name"]]
        arguments = tool.arguments.model_validate(gold_arguments(action, state))
        tool.run(arguments, Act(task.user, "gold", store.database))
    after = content(store)
    store.close()
    return after


def gold_arguments(action: dict[str, Any], state: Customer) -> dict[str, Any]:
    """A gold call's arguments in the form of our tools: pairs of items, and amounts from the state."""
    kwargs = dict(action["kwargs"])
    order = next(o for o in state.orders if o.id == kwargs["order_id"])
    if action["name"] == "cancel_pending_order":
        return {"order_id": order.id, "amount": order.total, "reason": kwargs["reason"]}
    if "item_ids" not in kwargs:
        return kwargs
    ids = kwargs.pop("item_ids")
    news = kwargs.pop("new_item_ids", None)
    if news is None:
        price = {item.id: item.price for item in order.items}
        return kwargs | {"items": [{"item_id": i, "amount": price[i]} for i in ids]}
    return kwargs | {"items": [{"item_id": i, "new_item_id": n} for i, n in zip(ids, news, strict=True)]}


def chance_of(seed: int, name: str) -> int:
    """A seed of a task's own."""
    return Random(f"{seed} {name}").randrange(2**31)
