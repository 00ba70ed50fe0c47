"""Which share of the prompt tokens a plan computes: four tasks over histories of the sample shop, eight shots.

Counted as the planner does, where only the request right before shares its prefix. Requests in the order in which the
customers come are also counted for a cache that forgets nothing: its size is all that the order of requests can spare.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from fewsight.events import CustomerHistory
from fewsight.ledger import Answer
from fewsight.prompts.render import ORDERS, Order
from fewsight.prompts.selection.selectors import Order as ShotOrder
from fewsight.prompts.selection.selectors import SelectorKind
from fewsight.prompts.view import view
from fewsight.serving.engines.base import Failure
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.engines.spec import StartOptions
from fewsight.serving.models.names import DEFAULT_MODEL
from fewsight.serving.run.answering import Answering
from fewsight.serving.run.options import make_options
from fewsight.serving.run.plan import arranged, computed_tokens
from fewsight.serving.run.prepare import Item
from fewsight.serving.run.session import Session, open_session
from fewsight.shop.generate import generate
from fewsight.shop.tables import write_sample
from fewsight.tables import open_histories
from tests.bench.common import Figure

TASKS = ("sentiment", "intent", "churn_reason", "persona")
SHOTS: tuple[tuple[SelectorKind, ShotOrder], ...] = (
    ("balanced", "nearest-last"),
    ("knn", "nearest-last"),
    ("knn", "shared"),
)
BLOCKS = (1, 32)
SEED = 7
LEAST_MEDIAN = 300
AIM = "<= 0.333"
LABELLED = "intent"

Count = Callable[[Sequence[tuple[int, ...]], int], int]
"""Computed tokens of prompts, for a block size."""


@dataclass(frozen=True)
class Workload:
    """A session, and masked histories for it."""

    session: Session
    histories: list[CustomerHistory]

    def items(self, order: Order) -> list[Item]:
        """All questions about all customers, as the customers come."""
        return self.session.preparer.items(self.histories, order, TASKS)


def measure(customers: int = 200, shots: int = 8, labelled: int = 12, model: str = DEFAULT_MODEL) -> list[Figure]:
    """Computed tokens as shares of the tokens sent, and the labels that the arrangement of blocks changes."""
    figures: list[Figure] = []
    for selector, shot_order in SHOTS:
        work = workload(customers, selector, shot_order, shots, model)
        name = "knn, shared order" if shot_order == "shared" else selector
        figures = figures or [Figure("median tokens of a history", _median_tokens(work), f">= {LEAST_MEDIAN}")]
        found = {order: work.items(order) for order in ORDERS}
        figures.append(Figure(f"{name}: tokens sent, shots first", _sent(found["shots-first"])))
        for order in ORDERS:
            figures += shares(f"{name}, {order}", arranged(found[order]), AIM if order == "shots-first" else "")
        unplanned = f"{name}, shots-first, as the customers come"
        figures += shares(unplanned, found["shots-first"])
        figures += shares(f"{unplanned}, nothing forgotten", found["shots-first"], count=distinct_tokens)
        if labelled:
            asked = [[item for item in found[order] if item.task == LABELLED][:labelled] for order in ORDERS]
            figures.append(changed_labels(f"{name}: {LABELLED} labels that history-first changes", work, *asked))
    return figures


def workload(customers: int, selector: SelectorKind, shot_order: ShotOrder, shots: int, model: str) -> Workload:
    """Histories of the sample shop that have events, masked, and a session that chooses shots for them."""
    options = make_options(TASKS, engine="vllm", model=model, shots=shots, selector=selector, shot_order=shot_order)
    with TemporaryDirectory() as name:
        folder = Path(name)
        drawn = (customer for customer in generate(2 * customers, seed=SEED) if customer.history.events)
        write_sample(islice(drawn, customers), folder)
        with open_histories(folder / "histories.csv", profiles=folder / "profiles.csv") as histories:
            session = open_session(options, histories)
            return Workload(session, [session.preparer.mask(history).history for history in histories])


def shares(name: str, items: Sequence[Item], aim: str = "", count: Count = computed_tokens) -> list[Figure]:
    """The share of the tokens sent that is computed, for engines that keep prefixes in these blocks."""
    prompts = [item.prompt.token_ids for item in items]
    return [Figure(f"{name}: block {block}", count(prompts, block) / _sent(items), aim) for block in BLOCKS]


def distinct_tokens(prompts: Sequence[tuple[int, ...]], block: int) -> int:
    """Prompt tokens that are computed where every earlier prefix is kept; a prompt's last token always is."""
    seen: set[int] = set()
    computed = 0
    for prompt in prompts:
        shared, mark = 0, 0
        for start in range(0, len(prompt) - block + 1, block):
            mark = hash((mark, prompt[start : start + block]))
            if mark in seen and shared == start and start + block < len(prompt):
                shared += block
            seen.add(mark)
        computed += len(prompt) - shared
    return computed


def _sent(items: Sequence[Item]) -> int:
    return sum(len(item.prompt.token_ids) for item in items)


def _median_tokens(work: Workload) -> float:
    preparer, as_of = work.session.preparer, work.session.options.as_of
    renderer = preparer.renderer(LABELLED, "en")
    blocks = [renderer.history(view(history.as_of(as_of), "en")) for history in work.histories]
    return float(median(len(preparer.tokenizer.encode(block)) for block in blocks))


def changed_labels(name: str, work: Workload, before: Sequence[Item], after: Sequence[Item]) -> Figure:
    """How many labels the real model gives differently to the same questions in two arrangements."""
    preparer, options = work.session.preparer, work.session.options
    engine = find_engine("vllm").start(StartOptions(work.session.model))
    try:
        answerer = Answering(engine, preparer, options, adapter=None)
        first, second = ([_best(answer) for answer in answerer.answer(items)] for items in (before, after))
    finally:
        engine.close()
    changed = sum(one != other for one, other in zip(first, second, strict=True))
    return Figure(name, f"{changed} of {len(before)}")


def _best(answer: Answer | Failure) -> str:
    assert isinstance(answer, Answer), answer
    found = answer.normalised[LABELLED]
    return max(found, key=found.__getitem__)
