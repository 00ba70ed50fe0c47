"""An arm with a linear head on frozen sentence encoders."""

from collections.abc import Sequence
from typing import Any

from fewsight.evals.arms.base import arm_kind
from fewsight.evals.arms.fitted import FittedArm
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.serving.answerers.encoders import Encode
from fewsight.serving.answerers.stored import Tensors


@arm_kind
class EncoderArm(FittedArm):
    """Logistic regression on the vectors of training rows and, as further rows, of label names and descriptions."""

    kind = "encoder"
    called = "the arm 'encoder'"
    examples = ("encoder", "encoder:minilm+mpnet")

    def describe(self) -> str:
        """Its encoders and its rows."""
        return f"linear head on {' and '.join(self.encoders)} from label names and {self.rows_in_words}"

    def fit(
        self, task: Task, rows: Sequence[GoldRow], encode: Encode
    ) -> tuple[dict[str, Any], tuple[str, ...], Tensors]:
        """See `FittedArm`."""
        from fewsight.evals.fitting.linear import encoder_tensors
        from fewsight.evals.fitting.rows import read_rows

        learned = read_rows(rows, encode)
        return {}, learned.views, encoder_tensors(task, learned, encode)
