"""Labels: how well each is told, how common it is, and which given ones may be wrong."""

from collections.abc import Sequence
from typing import Final

from fewsight.evals.model import FieldPart, LabelAudit, LabelShare
from fewsight.pages.formats import grouped, percent, share
from fewsight.pages.table import Table

CONFUSIONS: Final = 12
SUSPECTS: Final = 30
"""Rows of these tables at most."""


def by_label(field: FieldPart) -> Table:
    """Figures of each label for the best arm."""
    rows = [
        [one.label, grouped(one.rows), percent(one.precision), percent(one.recall), percent(one.f1)]
        for one in field.by_label[field.best]
    ]
    return Table(["Label", "Rows", "Precision", "Recall", "F1"], rows)


def confusions(field: FieldPart) -> Table:
    """The most frequent confusions of the best arm."""
    names = (*field.labels, "(no valid answer)")
    cells = [
        (count, field.labels[given], names[answered])
        for given, row in enumerate(field.confusion.get(field.best, ()))
        for answered, count in enumerate(row)
        if count and given != answered
    ]
    rows = [[given, answered, grouped(count)] for count, given, answered in sorted(cells, reverse=True)[:CONFUSIONS]]
    return Table(["Given", "Answered", "Rows"], rows)


def prevalence(shares: Sequence[LabelShare]) -> Table:
    """How common each label is."""
    rows = [[one.label, percent(one.given), percent(one.answered), share(one.corrected)] for one in shares]
    return Table(["Label", "Given", "Answered", "Corrected"], rows)


def disagreements(field: FieldPart) -> Table:
    """What each arm answered, and how sure it was."""
    rows = [
        [one.id, one.gold, *(_answer(one.answers[name], one.confidence.get(name)) for name in field.figures)]
        for one in field.disagreements
    ]
    return Table(["Row", "Given", *field.figures], rows)


def _answer(label: str | None, confidence: float | None) -> str:
    if label is None:
        return "(none)"
    return label if confidence is None else f"{label} {100 * confidence:.0f} %"


def suspects(audit: LabelAudit) -> Table:
    """The least likely given labels."""
    rows = [
        [one.id, one.given, percent(one.probability), one.likelier, percent(one.its_probability)]
        for one in audit.suspects[:SUSPECTS]
    ]
    return Table(["Row", "Given", "Its probability", "Likelier", "Its probability"], rows)


def audit_lines(audit: LabelAudit) -> list[str]:
    """What the audit of the given labels says, in words."""
    skipped = f" Not judged: {audit.note}." if audit.note else ""
    if not audit.judged:
        return [f"The given labels could not be judged.{skipped}"]
    count = len(audit.suspects)
    judged = f"{count:,} of {audit.judged:,} given labels ({percent(count / audit.judged)}) are suspected to be wrong"
    how = f"by a classic model that has not seen them, which gives {percent(audit.agreement)} of the labels itself"
    lines = [f"{judged}, {how}. Most suspects of a weak model are mistakes of its own.{skipped}"]
    if audit.without:
        figures = "; ".join(f"{name} {share(figure)}" for name, figure in audit.without.items())
        lines.append(f"Without them: {figures}. That favours arms which err as this model does, so it is only a bound.")
    return lines
