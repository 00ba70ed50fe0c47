"""What arms are, what they took, and what they answered beside closed fields."""

from typing import Final

from fewsight.evals.model import ALPHA_NOT_WORSE, ArmPart, Choice, TaskPart
from fewsight.pages.formats import grouped, points, seconds, share
from fewsight.pages.table import Table

_TOKENS: Final = ("Prompt tokens", "Computed", "Answer tokens")
_EVIDENCE: Final = {"precision": "Precision", "recall": "Recall", "f1": "F1", "support": "Support"}


def arms(task: TaskPart, currency: str = "") -> Table:
    """What each arm is and took; prices and memory only where they are known."""
    costs = [arm.cost for arm in task.arms]
    memory = ["Peak memory"] if any(cost.memory_mb is not None for cost in costs) else []
    price = ["Price per 1,000"] if any(cost.price_per_1000 is not None for cost in costs) else []
    head = ["Arm", "What it is", *_TOKENS, "Time", *memory, *price, "Labels", "Training"]
    return Table(head, [[cells[name] for name in head] for cells in (_cells(arm, currency) for arm in task.arms)])


def _cells(arm: ArmPart, currency: str) -> dict[str, str]:
    cost = arm.cost
    counts = (cost.prompt_tokens, cost.computed_tokens, cost.answer_tokens)
    price, memory = cost.price_per_1000, cost.memory_mb
    return {
        "Arm": arm.name,
        "What it is": arm.description,
        **{name: grouped(count) if count else "" for name, count in zip(_TOKENS, counts, strict=True)},
        "Time": seconds(cost.seconds),
        "Peak memory": "" if memory is None else f"{memory / 1000:.1f} GB",
        "Price per 1,000": "" if price is None else f"{price:.3g} {currency}".strip(),
        "Labels": grouped(cost.labels) if cost.labels else "",
        "Training": seconds(cost.training_seconds),
    }


def standings(choice: Choice, currency: str = "") -> Table:
    """All arms but the dearest, from the cheapest on, against the arm that each is least surely not worse than."""
    unit = {"price": f"Price per 1,000 {currency}".strip(), "seconds": "Time per 1,000", "kind": ""}[choice.measure]
    head = ["Arm", *([unit] if unit else []), "Hardest rival", "Points against it", "p after Holm"]
    rows = [
        [one.arm, *([_cost(one.cost, choice)] if unit else []), one.rival, points(one.difference), f"{one.p_holm:.2g}"]
        for one in choice.standings
    ]
    strong = {(row, column) for row, one in enumerate(choice.standings) if one.is_shown for column in range(len(head))}
    return Table(head, rows, strong)


def standings_in_words(choice: Choice) -> str:
    """What the table of standings shows."""
    return (
        "From the cheapest arm on, against the arm that each is least surely not worse than. Bold: shown not to be "
        f"worse than any other by more than {choice.within}, after Holm's correction, one-sided at "
        f"{100 * ALPHA_NOT_WORSE:g} %. The dearest arm is not tested: nothing is saved by taking it."
    )


def _cost(cost: float | None, choice: Choice) -> str:
    return seconds(cost) if choice.measure == "seconds" else f"{cost:.3g}"


def evidence(task: TaskPart) -> Table:
    """Named events by arm."""
    rows = [[arm, *(share(figures[name]) for name in _EVIDENCE)] for arm, figures in task.evidence.items()]
    return Table(["Arm", *_EVIDENCE.values()], rows)


def several(task: TaskPart) -> Table:
    """F1s of fields with several labels, by arm."""
    rows = [
        [path, arm, *(share(figure) for figure in figures.values())]
        for arm, fields in task.several.items()
        for path, figures in fields.items()
    ]
    return Table(["Field", "Arm", "Micro F1", "Macro F1", "F1 of a row"], rows)
