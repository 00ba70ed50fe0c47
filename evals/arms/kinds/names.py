"""An arm that knows what labels are called, and nothing else."""

from collections.abc import Sequence
from typing import Any

from fewsight.evals.arms.base import arm_kind
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.fitted import FittedArm
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.serving.answerers.encoders import Encode
from fewsight.serving.answerers.stored import Tensors


@arm_kind
class NamesArm(FittedArm):
    """The label whose name or description is nearest in meaning to the customer's texts; it takes no labelled row."""

    kind = "names"
    called = "the arm 'names'"
    examples = ("names", "names:minilm+mpnet")

    @property
    def needs_rows(self) -> bool:
        """It needs none."""
        return False

    @property
    def draws(self) -> bool:
        """Nothing is drawn."""
        return False

    def describe(self) -> str:
        """Its encoders."""
        return f"nearest label name, by {' and '.join(self.encoders)}"

    def rows(self, context: Context) -> tuple[GoldRow, ...]:  # noqa: ARG002 - it learns from none
        """None."""
        return ()

    def fit(
        self,
        task: Task,
        rows: Sequence[GoldRow],  # noqa: ARG002 - it learns from none
        encode: Encode,
    ) -> tuple[dict[str, Any], tuple[str, ...], Tensors]:
        """See `FittedArm`."""
        from fewsight.evals.fitting.linear import names_tensors

        return {}, ("texts",), names_tensors(task, encode)
