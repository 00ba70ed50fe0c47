"""Answers in parts of the test rows, and under changes of them."""

from fewsight.evals.model import FieldPart
from fewsight.pages.formats import grouped, points, share
from fewsight.pages.table import Table


def slices(field: FieldPart) -> Table:
    """The share of right rows in each slice."""
    rows = [
        [f"{one.column}: {one.value}", grouped(one.rows), *(share(one.figures[name]) for name in field.figures)]
        for one in field.slices
    ]
    return Table(["Slice", "Rows", *field.figures], rows)


def gaps(field: FieldPart) -> Table:
    """Each column's best slice less its worst, in points."""
    rows = [[one.column, one.arm, one.best, one.worst, points(one.difference)] for one in field.gaps]
    return Table(["Column", "Arm", "Best", "Worst", "Gap"], rows)


def flips(field: FieldPart) -> Table:
    """How often answers changed, what that did to right ones, and how often a planted instruction was obeyed."""
    rows = [
        [
            one.change,
            one.arm,
            grouped(one.rows),
            share(one.flipped),
            points(one.gap),
            "" if one.obeyed is None else share(one.obeyed),
        ]
        for one in field.flips
    ]
    return Table(["Change", "Arm", "Rows changed", "Answers changed", "Right, in points", "Obeyed"], rows)
