"""What the order of the nearest shots costs: the same shots for each customer, put in other orders within a window.

'nearest last' is what a run does unless it is asked for another. Others let prompts begin with the same shots: the
pool's order; by how many customers of the window have a shot, or of its first 64 (`--shot-order shared`); and a tree,
which takes the shot that most of them have, then among those the shot that most of them have, and so on. The last two
keep the nearest shot next to the question.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from fewsight.events import CustomerHistory
from fewsight.prompts.selection.selectors import ShotSelector, make_selector
from fewsight.prompts.task import Language, Shot
from fewsight.serving.models.names import DEFAULT_MODEL
from fewsight.serving.run.plan import arranged
from fewsight.serving.run.prepare import Preparer
from fewsight.serving.run.session import ORDER_SAMPLE
from tests.bench.common import Figure
from tests.bench.plan import AIM, LABELLED, TASKS, Workload, changed_labels, shares, workload

LABELLED_ORDERS = ("commonest of a sample first",)

Chosen = tuple[Shot, ...]
Arrange = Callable[[Sequence[Chosen]], list[Chosen]]


def measure(customers: int = 200, shots: int = 8, labelled: int = 12, model: str = DEFAULT_MODEL) -> list[Figure]:
    """Computed tokens as shares of the tokens sent, and the labels that change, for each order of the nearest shots."""
    work = workload(customers, "knn", "nearest-last", shots, model)
    figures: list[Figure] = []
    for name, arrange in ARRANGEMENTS.items():
        items = _preparer(work, arrange).items(work.histories, "shots-first", TASKS)
        figures += shares(name, arranged(items), AIM)
        if labelled and name in LABELLED_ORDERS:
            asked = [item for item in items if item.task == LABELLED][:labelled]
            before = [item for item in work.items("shots-first") if item.task == LABELLED][:labelled]
            figures.append(changed_labels(f"{name}: {LABELLED} labels that change", work, before, asked))
    return figures


class _Rearranged:
    """A selector whose shots are put in another order, all histories of a window together."""

    def __init__(self, inner: ShotSelector, arrange: Arrange) -> None:
        self._inner, self._arrange = inner, arrange
        self.exclusions = inner.exclusions

    def select(self, histories: Sequence[CustomerHistory], k: int) -> list[Chosen]:
        return self._arrange(self._inner.select(histories, k))


def _preparer(work: Workload, arrange: Arrange) -> Preparer:
    session = work.session
    selectors: dict[tuple[str, Language], ShotSelector] = {}
    for task in session.tasks:
        nearest = make_selector("knn", task.shots_in("en"), seed=0, as_of=session.options.as_of)
        selectors[task.name, "en"] = _Rearranged(nearest, arrange)
    tokenizer, room = session.preparer.tokenizer, session.model.max_model_len
    return Preparer(session.tasks, selectors, session.options, tokenizer, room)


def nearest_last(chosen: Sequence[Chosen]) -> list[Chosen]:
    """As they are."""
    return list(chosen)


def pool_order(chosen: Sequence[Chosen]) -> list[Chosen]:
    """By the shots' ids."""
    return [tuple(sorted(shots, key=lambda shot: shot.id)) for shots in chosen]


def commonest_first(chosen: Sequence[Chosen], sample: int | None = None) -> list[Chosen]:
    """By how many of the window's customers, or of the first of them, have a shot."""
    counts = Counter(shot.id for shots in chosen[:sample] for shot in shots)
    return [tuple(sorted(shots, key=lambda shot: (-counts[shot.id], shot.id))) for shots in chosen]


def keeping_nearest(arrange: Arrange) -> Arrange:
    """An order of all but the nearest shot, which stays last."""

    def arranged_but_last(chosen: Sequence[Chosen]) -> list[Chosen]:
        others = arrange([shots[:-1] for shots in chosen])
        return [(*before, *shots[-1:]) for before, shots in zip(others, chosen, strict=True)]

    return arranged_but_last


def tree(chosen: Sequence[Chosen]) -> list[Chosen]:
    """As paths of one tree, built from the root by taking the commonest shot of those that are together so far."""
    sets = [{shot.id: shot for shot in shots} for shots in chosen]
    paths: list[list[Shot]] = [[] for _ in sets]
    _grow(list(range(len(sets))), sets, paths)
    return [tuple(path) for path in paths]


def _grow(rows: Sequence[int], left: Sequence[dict[str, Shot]], paths: Sequence[list[Shot]]) -> None:
    while rows := [row for row in rows if left[row]]:
        counts = Counter(name for row in rows for name in left[row])
        best = min(counts, key=lambda name: (-counts[name], name))
        having = [row for row in rows if best in left[row]]
        for row in having:
            paths[row].append(left[row].pop(best))
        _grow(having, left, paths)
        rows = [row for row in rows if row not in having]


ARRANGEMENTS: Mapping[str, Arrange] = {
    "nearest last": nearest_last,
    "pool's order": pool_order,
    "commonest first": commonest_first,
    "commonest of a sample first": partial(commonest_first, sample=ORDER_SAMPLE),
    "tree": tree,
    "commonest first, nearest last": keeping_nearest(commonest_first),
    "tree, nearest last": keeping_nearest(tree),
}
