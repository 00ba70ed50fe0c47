"""pass^k with intervals, unsafe writes, and what else plays add up to."""

from math import comb
from random import Random
from statistics import median
from typing import Any

from tests.bench.retail.play import Outcome
from tests.bench.retail.slots import Task


def scored(outcomes: list[list[Outcome]], tasks: list[Task]) -> dict[str, Any]:
    """The figures of one arm; a list of tries for each task."""
    tries = len(outcomes[0])
    every = [one for mine in outcomes for one in mine]
    seconds = sorted(s for one in every for s in one.seconds)
    writes, right = 0, 0
    for task, mine in zip(tasks, outcomes, strict=True):
        gold = sorted(action["name"] + str(sorted(map(str, _plain(action["kwargs"])))) for action in task.gold)
        for one in mine:
            writes += len(one.writes)
            right += sum(name + str(sorted(map(str, _plain(arguments)))) in gold for name, arguments in one.writes)
    return {
        "n": len(outcomes), "tries": tries,
        "pass^1": passed(outcomes, 1), f"pass^{tries}": passed(outcomes, tries),
        "writes": writes, "right writes": right,
        "not over": sum(not one.is_over for one in every), "given up": sum(one.given_up for one in every),
        "handed off": sum(one.handed_off for one in every),
        "steps": round(sum(one.steps for one in every) / len(every), 1),
        "median ms": round(1000 * median(seconds)), "p95 ms": round(1000 * seconds[int(0.95 * len(seconds))]),
        "failed": sorted(t.id for t, mine in zip(tasks, outcomes, strict=True) if not all(o.is_solved for o in mine)),
    }  # fmt: skip


def passed(outcomes: list[list[Outcome]], k: int) -> list[float]:
    """pass^k (Yao et al., tau-bench, 2024): the mean chance that k tries of a task are all solved, and its interval."""
    each = [comb(sum(o.is_solved for o in mine), k) / comb(len(mine), k) for mine in outcomes]
    chance = Random(0)
    means = sorted(sum(chance.choices(each, k=len(each))) / len(each) for _ in range(2000))
    return [round(value, 3) for value in (sum(each) / len(each), means[50], means[1949])]


def _plain(kwargs: dict[str, Any]) -> list[Any]:
    """The values of a call's arguments, those of a list beside the others; amounts are left out."""
    values: list[Any] = []
    for name, value in kwargs.items():
        if name == "items":
            values += [v for element in value for k, v in element.items() if k != "amount"]
        elif isinstance(value, list):
            values += value
        elif name != "amount":
            values.append(value)
    return values
