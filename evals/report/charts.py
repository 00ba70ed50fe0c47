"""The charts of a report, from its parts."""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from fewsight.evals.model import CurvePoint, EvenPoint, FieldPart, TaskPart
from fewsight.pages import charts


def by_arm(task: TaskPart, field: FieldPart) -> Markup:
    """The headline by arm with its interval; classic baselines are hollow."""
    baselines = {arm.name for arm in task.arms if arm.kind == "baseline"}
    headlines = {name: figures[field.headline] for name, figures in field.figures.items()}
    return charts.intervals(headlines, "Figure with interval by arm", baselines)


def costs(task: TaskPart, field: FieldPart) -> Iterator[tuple[str, Markup]]:
    """The headline against seconds and price of 1,000 customers, those that two arms or more have, with their names."""
    rows = max(task.data.test_rows, 1)
    by_cost = {
        "price of 1,000 customers": {arm.name: arm.cost.price_per_1000 for arm in task.arms},
        "seconds for 1,000 customers": {
            arm.name: None if arm.cost.seconds is None else 1000 * arm.cost.seconds / rows for arm in task.arms
        },
    }
    for name, cost_by_arm in by_cost.items():
        known = {
            arm: (cost, field.figures[arm][field.headline].value)
            for arm, cost in cost_by_arm.items()
            if cost and arm in field.figures
        }
        if len(known) > 1:
            yield name, charts.scatter(known, name)


def learning(curve: Sequence[CurvePoint]) -> Markup:
    """The headline over the number of labels by family of arms."""
    families = dict.fromkeys(point.family for point in curve)
    series = {
        family: [(point.labels, point.figure) for point in curve if point.family == family] for family in families
    }
    return charts.growth(series, "Learning curves", "labels")


def break_even(points: Sequence[EvenPoint]) -> Markup:
    """From how many customers on an arm is cheaper; pairs in which it never is, or always, have no mark."""
    rows = [
        charts.Range(f"{one.candidate} / {one.baseline}", one.customers, one.low, one.high, one.sentence)
        for one in points
        if one.customers
    ]
    return charts.ranges(rows, "Customers from which on an arm is cheaper") if rows else Markup("")


def reliability(field: FieldPart, arm: str) -> Markup:
    """How often an arm is right over how sure it is, before calibration and after it."""
    after = field.calibrated.get(arm)
    return charts.reliability(arm, field.reliability[arm].bins, after.bins if after else ())


def risk_coverage(field: FieldPart) -> Markup:
    """The share wrong over the share answered by arm."""
    return charts.lines(field.risk_coverage, "rows answered", "wrong")


def scope(field: FieldPart) -> Markup:
    """Matthews' correlation of 'out of scope' by threshold; what is below 0 is drawn at 0."""
    curves: Mapping[str, list[tuple[float, float]]] = {
        name: [(at, max(correlation, 0.0)) for at, correlation in part.curve] for name, part in field.scope.items()
    }
    return charts.lines(curves, "threshold", "correlation", is_share=False)
