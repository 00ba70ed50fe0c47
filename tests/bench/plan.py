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
from fewsight.prompts.render import ORDERS
from fewsight.prompts.selectors import SelectorKind
from fewsight.prompts.view import view
from fewsight.serving.answering import Answerer
from fewsight.serving.engine import Failure
from fewsight.serving.engines import start_engine
from fewsight.serving.options import DEFAULT_MODEL, RunOptions
from fewsight.serving.plan import arranged, computed_tokens
from fewsight.serving.prepare import Item
from fewsight.serving.session import Session, open_session
from fewsight.shop.generate import generate
from fewsight.shop.tables import write_sample
from fewsight.tables import open_histories
from tests.bench.common import Figure

TASKS = ("sentiment", "intent", "churn_reason", "persona")
SELECTORS: tuple[SelectorKind, ...] = ("balanced", "knn")
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


def measure(customers: int = 200, shots: int = 8, labelled: int = 12, model: str = DEFAULT_MODEL) -> list[Figure]:
    """Computed tokens as shares of the tokens sent, and the labels that the arrangement of blocks changes."""
    figures: list[Figure] = []
    for selector in SELECTORS:
        work = workload(customers, selector, shots, model)
        figures = figures or [Figure("median tokens of a history", _median_tokens(work), f">= {LEAST_MEDIAN}")]
        found = {order: work.session.preparer.items(work.histories, order, TASKS) for order in ORDERS}
        figures.append(Figure(f"{selector}: tokens sent, shots first", _sent(found["shots-first"])))
        for order in ORDERS:
            figures += shares(f"{selector}, {order}", arranged(found[order]), AIM if order == "shots-first" else "")
        unplanned = f"{selector}, shots-first, as the customers come"
        figures += shares(unplanned, found["shots-first"])
        figures += shares(f"{unplanned}, nothing forgotten", found["shots-first"], count=distinct_tokens)
        if labelled:
            figures.append(_changed_labels(work, selector, labelled))
    return figures


def workload(customers: int, selector: SelectorKind, shots: int, model: str) -> Workload:
    """Histories of the sample shop that have events, masked, and a session that chooses shots for them."""
    options = RunOptions(TASKS, engine="vllm", model=model, shots=shots, selector=selector)
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
    blocks = [renderer.history(view(history, "en", as_of)) for history in work.histories]
    return float(median(len(preparer.tokenizer.encode(block)) for block in blocks))


def _changed_labels(work: Workload, selector: SelectorKind, customers: int) -> Figure:
    """Labels on the real model that differ between shots first and history first."""
    session = work.session
    engine = start_engine("vllm", session.model)
    try:
        answerer = Answerer(
            engine,
            session.preparer.tasks,
            session.preparer.forms,
            probabilities=True,
            decoding=session.options.decoding,
            adapter=None,
        )
        labels = []
        for order in ORDERS:
            items = session.preparer.items(work.histories[:customers], order, [LABELLED])
            labels.append([_best(answer) for answer in answerer.answer(items)])
    finally:
        engine.close()
    changed = sum(first != second for first, second in zip(*labels, strict=True))
    return Figure(f"{selector}: {LABELLED} labels that history-first changes", f"{changed} of {customers}")


def _best(answer: Answer | Failure) -> str:
    assert isinstance(answer, Answer), answer
    found = answer.normalised[LABELLED]
    return max(found, key=found.__getitem__)
