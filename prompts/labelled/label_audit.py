"""Labels that may be wrong: those that a cross-validated model finds unlikely.

Confident learning (Northcutt, Jiang and Chuang, Journal of Artificial Intelligence Research 70, 2021): a label is
suspected where a model that never saw the row gives another label at least the probability that it gives, on average,
to rows which have that other label, and gives it more than any other such label. The model is TF-IDF over words and
characters with logistic regression, so the audit needs no GPU.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.errors import InputError
from fewsight.export import CsvWriter
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.labelled.gold import GoldRow
from fewsight.prompts.labelled.split import groups_of
from fewsight.prompts.task import Task
from fewsight.texts.classic import tfidf_logistic_regression

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that may be wrong. `probability` is that of `given`, `likelier` the label that the model would give."""

    line: int
    id: str
    field: str
    given: str
    probability: float
    likelier: str
    its_probability: float


@dataclass(frozen=True, slots=True)
class Audit:
    """Suspected labels, the least likely first; how many labels were judged, and why others were not."""

    suspects: tuple[Suspect, ...]
    judged: int
    not_judged: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Write the suspects as CSV; no texts, which stand in the rows' own file at `line`."""
        with path.open("w", encoding="utf-8", newline="") as file:
            table = CsvWriter(file)
            table.writerow([field.name for field in fields(Suspect)])
            table.writerows(astuple(one) for one in self.suspects)


def audit(rows: Sequence[GoldRow], task: Task, *, folds: int = FOLDS, seed: int = 0) -> Audit:
    """Judge the labels of all closed fields.

    Only what was said is looked at, not orders or returns. Rows of a customer, and rows of an equal question, are
    always in one fold. A label that fewer than `folds` such groups have is not judged.

    Raises:
        InputError: no label can be judged.
    """
    suspects: list[Suspect] = []
    judged, silent = 0, sum(not row.text for row in rows)
    notes = [f"{silent:,} rows in which nothing was said"] if silent else []
    for closed in closed_fields(task.output):
        field = audit_field(rows, closed, folds=folds, seed=seed)
        judged += field.judged
        suspects += field.suspects
        if field.note:
            notes.append(f"{closed.path}: {field.note}")
    if not judged:
        raise InputError(f"No label can be judged: {'; '.join(notes) or 'there are none'}. Add rows.")
    return Audit(tuple(sorted(suspects, key=lambda one: one.probability)), judged, tuple(notes))


@dataclass(frozen=True, slots=True)
class FieldAudit:
    """One field's labels: how many were judged, those suspected, and why others were not judged.

    `agreement` is the share of judged labels that the model would give itself, without having seen them: the lower it
    is, the more of its suspects are mistakes of its own.
    """

    judged: int = 0
    suspects: tuple[Suspect, ...] = ()
    note: str = ""
    agreement: float = 0.0


def audit_field(
    rows: Sequence[GoldRow], closed: ClosedField, also: Sequence[GoldRow] = (), *, folds: int = FOLDS, seed: int = 0
) -> FieldAudit:
    """Judge the labels of one field; the model learns from the rows of `also` too, which are not judged.

    Where those give every judged label at least `folds` rows it learns from them alone: the others are unseen then, and
    one training does.
    """
    import numpy as np

    rows = [row for row in rows if closed.path in row.values and row.text]
    group = [0] * len(rows)
    for number, members in enumerate(groups_of(rows)):
        for i in members:
            group[i] = number
    labels = [closed.label_of(row.values[closed.path]) for row in rows]
    spread = {label: len({group[i] for i, mine in enumerate(labels) if mine == label}) for label in closed.labels}
    common = [label for label in closed.labels if spread[label] >= folds]
    rare = [label for label in closed.labels if 0 < spread[label] < folds]
    note = f"too few rows of {', '.join(rare)}" if rare else ""
    if len(common) < 2:
        return FieldAudit(note=note or "fewer than two labels have enough rows")
    kept = [i for i, label in enumerate(labels) if label in common]
    given = np.array([labels[i] for i in kept])
    more = [(row.text, label) for row in also if row.text and (label := _given(row, closed)) in common]
    order = np.unique(given)  # the columns of `shares`
    texts = [rows[i].text for i in kept]
    known = Counter(label for _, label in more)
    if all(known[label] >= folds for label in common):
        shares = tfidf_logistic_regression().fit(*zip(*more, strict=True)).predict_proba(texts)
    else:
        shares = _out_of_fold(texts, given, [group[i] for i in kept], more, folds, seed)
    usual = np.array([shares[given == label, column].mean() for column, label in enumerate(order)])
    suspects = []
    for i, row_shares in zip(kept, shares, strict=True):
        mine = int(np.searchsorted(order, labels[i]))
        sure = np.where(row_shares >= usual, row_shares, -1.0)
        best = int(sure.argmax())
        if sure[best] >= 0 and best != mine:
            own, other = (round(float(row_shares[column]), 4) for column in (mine, best))
            suspects.append(Suspect(rows[i].line, rows[i].id, closed.path, labels[i], own, str(order[best]), other))
    agreement = float((order[shares.argmax(axis=1)] == given).mean())
    return FieldAudit(len(kept), tuple(suspects), note, agreement)


def _out_of_fold(
    texts: Sequence[str],
    given: "NDArray[np.str_]",
    group: Sequence[int],
    more: Sequence[tuple[str, str]],
    folds: int,
    seed: int,
) -> "NDArray[np.float64]":
    """Probabilities of shape (rows, labels in alphabetical order), each by a model that did not see the row's group."""
    import numpy as np
    from sklearn.model_selection import StratifiedGroupKFold

    shares = np.zeros((len(texts), len(np.unique(given))))
    for seen, unseen in StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(texts, given, group):
        model = tfidf_logistic_regression()
        model.fit([*(texts[i] for i in seen), *(text for text, _ in more)], [*given[seen], *(word for _, word in more)])
        shares[unseen] = model.predict_proba([texts[i] for i in unseen])
    return shares


def _given(row: GoldRow, closed: ClosedField) -> str | None:
    return closed.label_of(row.values[closed.path]) if closed.path in row.values else None
