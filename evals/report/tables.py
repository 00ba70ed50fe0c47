"""A report's tables as rows of words, for HTML and Markdown alike."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from fewsight.evals.report.formats import number, percent, points, seconds, share
from fewsight.evals.report.model import Arm, FieldPart, Figure, LabelAudit, LabelShare, Promise, TaskPart

WORDS: Final = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "balanced_accuracy": "balanced accuracy",
    "micro_f1": "micro F1",
    "mcc": "Matthews' correlation",
    "calibrated_accuracy": "accuracy, calibrated",
    "schema_validity": "valid",
    "log_loss": "log loss",
    "brier": "Brier",
    "in_scope_accuracy": "in-scope accuracy",
    "out_of_scope_recall": "out-of-scope recall",
    "pearson": "Pearson's r",
    "spearman": "Spearman's rho",
    "mean_absolute_error": "mean error",
}
SHARES: Final = (
    "accuracy",
    "macro_f1",
    "balanced_accuracy",
    "calibrated_accuracy",
    "in_scope_accuracy",
    "out_of_scope_recall",
    "schema_validity",
)
"""Metrics that are written as percent. Micro F1 is left to the JSON: it is the accuracy where answers are valid."""

NUMBERS: Final = ("mcc", "log_loss", "brier", "pearson", "spearman", "mean_absolute_error")
CONFUSIONS: Final = 12
EVIDENCE: Final = ("precision", "recall", "f1", "support")

Rows = list[list[str]]


def headlines(field: FieldPart) -> dict[str, Figure]:
    """The headline figure by arm."""
    return {name: figures[field.headline] for name, figures in field.figures.items()}


def baseline_names(task: TaskPart) -> frozenset[str]:
    """The arms without a language model."""
    return frozenset(arm.name for arm in task.arms if arm.kind == "baseline")


def arm_head(task: TaskPart) -> list[str]:
    """The head of the table of arms; prices and memory only where they are known."""
    costs = [arm.cost for arm in task.arms]
    memory = ["Peak memory"] if any(cost.memory_mb is not None for cost in costs) else []
    price = ["Price per 1,000"] if any(cost.price_per_1000 is not None for cost in costs) else []
    return ["Arm", "What it is", *_TOKENS, "Time", *memory, *price, "Labels", "Training"]


_TOKENS: Final = ("Prompt tokens", "Computed", "Answer tokens")


def arm_rows(task: TaskPart, currency: str = "") -> Rows:
    """What each arm is and took."""
    head = arm_head(task)
    return [[cells[name] for name in head] for cells in (_arm_cells(arm, currency) for arm in task.arms)]


def _arm_cells(arm: Arm, currency: str) -> dict[str, str]:
    cost = arm.cost
    counts = (cost.prompt_tokens, cost.computed_tokens, cost.answer_tokens)
    price, memory = cost.price_per_1000, cost.memory_mb
    return {
        "Arm": arm.name,
        "What it is": arm.description,
        **{name: f"{count:,}" if count else "" for name, count in zip(_TOKENS, counts, strict=True)},
        "Time": seconds(cost.seconds),
        "Peak memory": "" if memory is None else f"{memory / 1000:.1f} GB",
        "Price per 1,000": "" if price is None else f"{price:.3g} {currency}".strip(),
        "Labels": f"{cost.labels:,}" if cost.labels else "",
        "Training": seconds(cost.training_seconds),
    }


def metric_head(field: FieldPart) -> list[str]:
    """The head of the table of metrics: those that any arm has."""
    return ["Arm", *(WORDS[name] for name in _metrics(field))]


def metric_rows(field: FieldPart) -> Rows:
    """All metrics by arm, the best first."""
    order = sorted(field.figures, key=lambda name: -field.figures[name][field.headline].value)
    return [
        [name, *(_written(metric, field.figures[name].get(metric)) for metric in _metrics(field))] for name in order
    ]


def _metrics(field: FieldPart) -> list[str]:
    known = {metric for figures in field.figures.values() for metric in figures}
    order = [field.headline, *(metric for metric in (*SHARES, *NUMBERS) if metric != field.headline)]
    return [metric for metric in order if metric in known]


def _written(metric: str, figure: Figure | None) -> str:
    if figure is None:
        return ""
    return share(figure) if metric in (*SHARES, "micro_f1") else number(figure)


def promise_head(field: FieldPart) -> list[str]:
    """The head of the table of promises."""
    risks = dict.fromkeys(one.risk for promises in field.promises.values() for one in promises)
    return ["Arm", *(f"At most {100 * risk:g} % wrong" for risk in risks)]


def promise_rows(field: FieldPart) -> Rows:
    """What was answered under each promise, and how much of that was wrong; empty where it can't be made."""
    return [[name, *map(_kept, promises)] for name, promises in field.promises.items()]


def _kept(promise: Promise) -> str:
    if promise.threshold is None:
        return ""
    return f"{percent(promise.coverage)}, {percent(promise.wrong)} wrong"


def label_rows(field: FieldPart) -> Rows:
    """Figures of each label for the best arm."""
    return [
        [one.label, f"{one.rows:,}", percent(one.precision), percent(one.recall), percent(one.f1)]
        for one in field.by_label[field.best]
    ]


def confusions(field: FieldPart) -> Rows:
    """The most frequent confusions of the best arm."""
    names = (*field.labels, "(no valid answer)")
    cells = [
        (count, field.labels[given], names[answered])
        for given, row in enumerate(field.confusion.get(field.best, ()))
        for answered, count in enumerate(row)
        if count and given != answered
    ]
    return [[given, answered, f"{count:,}"] for count, given, answered in sorted(cells, reverse=True)[:CONFUSIONS]]


def prevalence_rows(shares: Sequence[LabelShare]) -> Rows:
    """How common each label is."""
    return [[one.label, percent(one.given), percent(one.answered), share(one.corrected)] for one in shares]


def disagreement_rows(field: FieldPart) -> Rows:
    """What each arm answered, and how sure it was."""
    return [
        [one.id, one.gold, *(_answer(one.answers[name], one.confidence.get(name)) for name in field.figures)]
        for one in field.disagreements
    ]


def _answer(label: str | None, confidence: float | None) -> str:
    if label is None:
        return "(none)"
    return label if confidence is None else f"{label} {100 * confidence:.0f} %"


def evidence_rows(task: TaskPart) -> Rows:
    """Named events by arm."""
    return [[name, *(share(found[one]) for one in EVIDENCE)] for name, found in task.evidence.items()]


def slice_rows(field: FieldPart) -> Rows:
    """The share of right rows in each slice."""
    return [
        [f"{one.column}: {one.value}", f"{one.rows:,}", *(share(one.figures[name]) for name in field.figures)]
        for one in field.slices
    ]


def gap_rows(field: FieldPart) -> Rows:
    """Each column's best slice less its worst, in points."""
    return [[one.column, one.arm, one.best, one.worst, points(one.difference)] for one in field.gaps]


FLIPS: Final = ("Change", "Arm", "Rows changed", "Answers changed", "Right, in points", "Obeyed")


def flip_rows(field: FieldPart) -> Rows:
    """How often answers changed, what that did to right ones, and how often a planted instruction was obeyed."""
    return [
        [
            one.change,
            one.arm,
            f"{one.rows:,}",
            share(one.flipped),
            points(one.gap),
            "" if one.obeyed is None else share(one.obeyed),
        ]
        for one in field.flips
    ]


SEVERAL: Final = ("Field", "Arm", "Micro F1", "Macro F1", "F1 of a row")


def several_rows(task: TaskPart) -> Rows:
    """F1s of fields with several labels, by arm."""
    return [
        [path, arm, *(share(figure) for figure in figures.values())]
        for arm, fields in task.several.items()
        for path, figures in fields.items()
    ]


def sets_head(field: FieldPart) -> list[str]:
    """The head of the table of sets."""
    wanted = dict.fromkeys(one.coverage for parts in field.sets.values() for one in parts)
    return ["Arm", *(name for share in wanted for name in (f"{100 * share:g} % wanted: held", "labels in a set"))]


def sets_rows(field: FieldPart) -> Rows:
    """How often sets hold the right label, and how many labels they have; sets by label in rows of their own."""
    rows = []
    for name, parts in field.sets.items():
        for by_label, word in ((False, ""), (True, ", of each label")):
            mine = [one for one in parts if one.by_label is by_label]
            if mine:
                cells = (cell for one in mine for cell in (share(one.held), f"{one.size:.2f}"))
                rows.append([f"{name}{word}", *cells])
    return rows


SCOPE: Final = ("Arm", "In scope from", "Matthews' correlation", "In-scope accuracy", "Out-of-scope recall")


def scope_rows(field: FieldPart) -> Rows:
    """What a threshold from the calibration rows does on the test rows."""
    rows = []
    for name, part in field.scope.items():
        if part.threshold is None or part.mcc is None:
            rows.append([name, part.why, "", "", ""])
            continue
        figures = [share(part.figures[metric]) for metric in ("in_scope_accuracy", "out_of_scope_recall")]
        rows.append([name, percent(part.threshold), number(part.mcc), *figures])
    return rows


def scope_curves(field: FieldPart) -> dict[str, tuple[tuple[float, float], ...]]:
    """The correlation by threshold; what is below 0 is drawn at 0."""
    return {name: tuple((x, max(y, 0.0)) for x, y in part.curve) for name, part in field.scope.items()}


SUSPECTS: Final = ("Row", "Given", "Its probability", "Likelier", "Its probability")
SHOWN_SUSPECTS: Final = 30


def suspect_rows(audit: LabelAudit) -> Rows:
    """The least likely given labels."""
    return [
        [one.id, one.given, percent(one.probability), one.likelier, percent(one.its_probability)]
        for one in audit.suspects[:SHOWN_SUSPECTS]
    ]


def audit_lines(audit: LabelAudit) -> list[str]:
    """What the audit of the given labels found, in words."""
    skipped = f" Not judged: {audit.note}." if audit.note else ""
    if not audit.judged:
        return [f"The given labels could not be judged.{skipped}"]
    count = len(audit.suspects)
    found = f"{count:,} of {audit.judged:,} given labels ({percent(count / audit.judged)}) are suspected to be wrong"
    how = f"by a classic model that has not seen them, which gives {percent(audit.agreement)} of the labels itself"
    lines = [f"{found}, {how}. Most suspects of a weak model are mistakes of its own.{skipped}"]
    if audit.without:
        figures = "; ".join(f"{name} {share(figure)}" for name, figure in audit.without.items())
        lines.append(f"Without them: {figures}. That favours arms which err as this model does, so it is only a bound.")
    return lines


def cost_charts(task: TaskPart, field: FieldPart) -> Iterator[tuple[str, Mapping[str, tuple[float, float]]]]:
    """Quality against prompt tokens, seconds and price of 1,000 customers: those that two arms or more have."""
    rows = max(task.data.test_rows, 1)
    costs = {
        "price of 1,000 customers": {arm.name: arm.cost.price_per_1000 for arm in task.arms},
        "seconds for 1,000 customers": {
            arm.name: None if arm.cost.seconds is None else 1000 * arm.cost.seconds / rows for arm in task.arms
        },
    }
    for label, by_arm in costs.items():
        known = {
            name: (cost, field.figures[name][field.headline].value)
            for name, cost in by_arm.items()
            if cost and name in field.figures
        }
        if len(known) > 1:
            yield label, known
