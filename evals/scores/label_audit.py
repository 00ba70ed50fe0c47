"""Given labels of test rows that may be wrong, beside what they do to the scores."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from fewsight.evals.model import LabelAudit, SuspectLabel
from fewsight.evals.predictions import Predictions
from fewsight.evals.scores.figures import without_rows
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.labelled.label_audit import audit_field

MOST_LEARNED: Final = 3000


def label_audit(
    rows: Sequence[GoldRow],
    train: Sequence[GoldRow],
    field: ClosedField,
    arms: Mapping[str, Predictions],
    metric: str,
) -> LabelAudit:
    """Audit the test rows' labels of a field by a model that learns from training rows, or else is cross-validated.

    The method is that of `fewsight.prompts.labelled.label_audit`; of more than `MOST_LEARNED` training rows so many are
    drawn, which bounds the time.

    The headline without the suspected rows favours arms that err as the auditing model does, so it is a bound on what
    wrong labels cost, and no better figure.
    """
    some = Random(0).sample(train, min(len(train), MOST_LEARNED))  # noqa: S311 - reproducible, no secret
    audit = audit_field(rows, field, some)
    return LabelAudit(
        judged=audit.judged,
        agreement=audit.agreement,
        suspects=tuple(
            SuspectLabel(
                id=one.id,
                given=one.given,
                probability=one.probability,
                likelier=one.likelier,
                its_probability=one.its_probability,
            )
            for one in sorted(audit.suspects, key=lambda one: one.probability)
        ),
        note=audit.note,
        without=without_rows(arms, metric, {one.id for one in audit.suspects}),
    )
