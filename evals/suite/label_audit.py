"""Given labels of test rows that may be wrong, beside what they do to the scores."""

from collections.abc import Mapping, Sequence

from fewsight.evals.predictions import Predictions
from fewsight.evals.report.model import LabelAudit, SuspectLabel
from fewsight.evals.suite.figures import without_rows
from fewsight.finetune.gold import GoldRow
from fewsight.finetune.noise import audit_field
from fewsight.prompts.fields import ClosedField


def label_audit(
    rows: Sequence[GoldRow], field: ClosedField, arms: Mapping[str, Predictions], metric: str
) -> LabelAudit:
    """Audit the test rows' labels of a field by cross-validation among themselves (see `fewsight.finetune.noise`).

    The headline without the suspected rows favours arms that err as the auditing model does, so it is a bound on what
    wrong labels cost, and no better figure.
    """
    judged, suspects, note = audit_field(rows, field)
    return LabelAudit(
        judged=judged,
        suspects=tuple(
            SuspectLabel(
                id=one.id,
                given=one.given,
                probability=one.probability,
                likelier=one.likelier,
                its_probability=one.its_probability,
            )
            for one in sorted(suspects, key=lambda one: one.probability)
        ),
        note=note or "",
        without=without_rows(arms, metric, {one.id for one in suspects}),
    )
