"""An arm in which the nearest training rows vote."""

from collections.abc import Sequence
from typing import Any

from fewsight.evals.arms.base import arm_kind
from fewsight.evals.arms.fitted import FittedArm
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.serving.answerers.encoders import Encode
from fewsight.serving.answerers.stored import Tensors


@arm_kind
class VoteArm(FittedArm):
    """Votes of the training rows that are nearest in meaning, weighted by how near they are."""

    kind = "knn-vote"
    called = "the arm 'knn-vote'"
    examples = ("knn-vote", "knn-vote:minilm+mpnet")

    def describe(self) -> str:
        """Its encoders and its rows."""
        return f"vote of the nearest of {self.rows_in_words}, by {' and '.join(self.encoders)}"

    def fit(
        self, task: Task, rows: Sequence[GoldRow], encode: Encode
    ) -> tuple[dict[str, Any], tuple[str, ...], Tensors]:
        """See `FittedArm`."""
        from fewsight.evals.fitting.rows import read_rows
        from fewsight.evals.fitting.votes import vote_settings, vote_tensors

        learned = read_rows(rows, encode)
        settings = vote_settings(task, learned).model_dump(mode="json")
        return settings, learned.views, vote_tensors(task, learned)
