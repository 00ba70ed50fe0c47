"""Arms over facts of customers and their profiles, without any text: what predictions by a model have to beat."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from fewsight.errors import InputError
from fewsight.evals.arms.base import arm_kind
from fewsight.evals.arms.fitted import FittedArm
from fewsight.evals.fitting.rows import masked
from fewsight.evals.model import Group
from fewsight.evals.predictions.rows import cluster_codes
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.serving.answerers.encoders import Encode
from fewsight.serving.answerers.facts.part import KIND, LINEAR, TREES
from fewsight.serving.answerers.stored import Tensors

_WORDS: Final = {
    "facts-lr": "logistic regression on facts and profile",
    "facts-gbm": "boosted trees on facts and profile",
    "btyd": "logistic regression on what models of buying expect (BG/NBD, Gamma-Gamma)",
}
_DAYS: Final = 90
"""How far expected orders look ahead for a task that asks about no outcome."""


@arm_kind
class FactsArm(FittedArm):
    """Learns each closed field from the facts of each row at its moment, and from the profile's columns.

    Args:
        facts: the word of its model.
    """

    kind = KIND
    called = "an arm over facts"
    examples = tuple(_WORDS)

    facts: str
    encoders: tuple[str, ...] = ()

    @classmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:  # noqa: ARG003 - it has no paths
        """The word of a model."""
        return {"facts": word} if word in _WORDS else None

    @property
    def group(self) -> Group:
        """What others have to beat."""
        return "baseline"

    def describe(self) -> str:
        """Its model and its rows."""
        return f"{_WORDS[self.facts]}, from {self.rows_in_words}"

    def fit(
        self,
        task: Task,
        rows: Sequence[GoldRow],
        encode: Encode,  # noqa: ARG002 - it reads no text
    ) -> tuple[dict[str, Any], tuple[str, ...], Tensors]:
        """See `FittedArm`."""
        from fewsight.evals.fitting.facts import fit_linear, fit_trees
        from fewsight.evals.fitting.rows import codes_of
        from fewsight.serving.answerers.facts.columns import learn_columns

        histories = [masked(row) for row in rows]
        days = task.outcome.outcome.horizon_days if task.outcome else _DAYS
        columns, values = learn_columns(histories, days, models_alone=self.facts == "btyd")
        if not columns.names:
            what = "models of buying (they take 100 customers with two orders)" if self.facts == "btyd" else "facts"
            raise InputError(f"Arm {self.name!r}: no column of {what} differs among {len(rows):,} training rows.")
        customers, tensors = cluster_codes([row.cluster for row in rows]), dict[str, Any]()
        for field in closed_fields(task.output):
            codes = codes_of(rows, field)
            if self.facts == "facts-gbm":
                found = fit_trees(values, codes, customers)
            else:
                scaling, found = fit_linear(values, codes, customers)
                tensors |= {"mean": scaling.mean, "scale": scaling.scale}
            tensors |= {f"{field.path}.{what}": tensor for what, tensor in found.items()}
        model = TREES if self.facts == "facts-gbm" else LINEAR
        return json.loads(json.dumps({"columns": columns.as_dict(), "model": model})), (), tensors
