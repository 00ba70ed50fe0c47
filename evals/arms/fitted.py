"""Arms that fit a part of an answerer: what they write is what a run takes, and they answer by running it."""

import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from fewsight.errors import ModelError
from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.base import LearningArm
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.saving import Piece
from fewsight.evals.model import Group
from fewsight.prompts.labelled import GoldRow, rows_digest
from fewsight.prompts.task import Task
from fewsight.serving.answerers.encoders import Encode, find_encoder, side_by_side
from fewsight.serving.answerers.folder import (
    AnswererManifest,
    PartFacts,
    RowFacts,
    Weighting,
    answered_task,
    read_answerer,
    read_tensors,
    write_answerer,
)
from fewsight.serving.answerers.stored import EncoderFacts, Tensors, tensor_name
from fewsight.serving.models.names import DEFAULT_EMBEDDING

FOLDER: Final = "answerer"


class FittedArm(LearningArm):
    """An arm that is one part of an answerer.

    Args:
        encoders: names of the sentence encoders that read for it, side by side.
    """

    encoders: tuple[str, ...] = (DEFAULT_EMBEDDING,)

    @classmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:  # noqa: ARG003 - it has no paths
        """The kind's name, or with encoders as 'encoder:minilm+mpnet'."""
        head, colon, named = word.partition(":")
        if head != cls.kind or (colon and not named):
            return None
        return {"encoders": tuple(named.split("+"))} if named else {}

    @property
    def group(self) -> Group:
        """A group of their own."""
        return "encoder"

    @property
    def needs_rows(self) -> bool:
        """Unless it has rows of its own."""
        return self.train is None

    def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:  # noqa: ARG002
        """Fit the part where that was not done yet, then answer all rows by a run of it.

        Raises:
            FewsightError: it can't be fitted on these rows, or an encoder is not here.
        """
        from fewsight.evals.arms.row_run import answer_by

        return answer_by(self.name, self.fitted(context), parts, context, labels=len(self.rows(context)))

    def fitted(self, context: Context) -> Path:
        """The folder of its answerer; it is fitted where the task, the rows or the encoders are others than before.

        Raises:
            FewsightError: as for `answer`.
        """
        folder, rows = self.folder(context) / FOLDER, self.rows(context)
        facts = RowFacts(learned=len(rows), learned_digest=rows_digest(rows)) if rows else RowFacts()
        found = [find_encoder(name) for name in self.encoders]
        encoders, encode = tuple(one for one, _ in found), side_by_side([one for _, one in found])
        task = answered_task(context.task)
        if not _is_fitted(folder, (task, facts, encoders), self.name):
            begun = time.monotonic()
            settings, views, tensors = self.fit(context.task, rows, encode)
            part = PartFacts(kind=self.kind, encoders=encoders, views=views, settings=settings)
            manifest = AnswererManifest(
                name=self.name,
                task=task,
                parts={self.name: part},
                blends={path: Weighting(weights={self.name: 1.0}) for path in task.labels},
                rows=facts,
                seconds=round(time.monotonic() - begun, 3),
            )
            named = {tensor_name(self.name, what): tensor for what, tensor in tensors.items()}
            write_answerer(folder, manifest, named)
        return folder

    @property
    def saves(self) -> bool:
        """It is an answerer already."""
        return True

    def piece(self, context: Context, answers: Answers) -> Piece:  # noqa: ARG002 - it is fitted already
        """See `Arm`."""
        folder = self.fitted(context)
        return Piece(
            self.name, read_answerer(folder).parts[self.name], read_tensors(folder), learned=self.rows(context)
        )

    @abstractmethod
    def fit(
        self, task: Task, rows: Sequence[GoldRow], encode: Encode
    ) -> tuple[dict[str, Any], tuple[str, ...], Tensors]:
        """Settings of the part, views that it reads, and its tensors by what they hold.

        Raises:
            InputError: it can't be fitted on these rows.
        """


def _is_fitted(folder: Path, wanted: tuple[Any, RowFacts, tuple[EncoderFacts, ...]], name: str) -> bool:
    """Whether the folder holds the answerer of this task, these rows and these encoders."""
    try:
        manifest = read_answerer(folder)
    except ModelError:  # none yet, an older one, or a damaged one: it is fitted anew
        return False
    (part,) = manifest.parts.values()
    return (manifest.task, manifest.rows, part.encoders) == wanted and manifest.name == name
