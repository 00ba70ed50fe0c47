"""What probabilities are good for: abstaining, sets of labels, and telling what is out of scope."""

from fewsight.evals.model import FieldPart, Promise
from fewsight.pages.formats import number, percent, share
from fewsight.pages.table import Table


def promises(field: FieldPart) -> Table:
    """What was answered under each promise, and how much of that was wrong; empty where it can't be made."""
    risks = dict.fromkeys(one.risk for promised in field.promises.values() for one in promised)
    rows = [[name, *map(_kept, promised)] for name, promised in field.promises.items()]
    return Table(["Arm", *(f"At most {100 * risk:g} % wrong" for risk in risks)], rows)


def _kept(promise: Promise) -> str:
    if promise.threshold is None:
        return ""
    return f"{percent(promise.coverage)}, {percent(promise.wrong)} wrong"


def label_sets(field: FieldPart) -> Table:
    """How often sets hold the right label, and how many labels they have; sets by label in rows of their own."""
    wanted = dict.fromkeys(one.coverage for parts in field.sets.values() for one in parts)
    head = ["Arm", *(cell for part in wanted for cell in (f"{100 * part:g} % wanted: held", "labels in a set"))]
    rows = []
    for name, parts in field.sets.items():
        for by_label, word in ((False, ""), (True, ", of each label")):
            alike = [one for one in parts if one.by_label is by_label]
            if alike:
                cells = (cell for one in alike for cell in (share(one.held), f"{one.size:.2f}"))
                rows.append([f"{name}{word}", *cells])
    return Table(head, rows)


def scope(field: FieldPart) -> Table:
    """What a threshold from the calibration rows does on the test rows."""
    rows = []
    for name, part in field.scope.items():
        if part.threshold is None or part.mcc is None:
            rows.append([name, part.why, "", "", ""])
            continue
        figures = [share(part.figures[metric]) for metric in ("in_scope_accuracy", "out_of_scope_recall")]
        rows.append([name, percent(part.threshold), number(part.mcc), *figures])
    head = ["Arm", "In scope from", "Matthews' correlation", "In-scope accuracy", "Out-of-scope recall"]
    return Table(head, rows)
