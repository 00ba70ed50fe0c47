"""An arm that is a saved answerer, as runs take it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from fewsight.digest import digest
from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.base import Arm, arm_kind
from fewsight.evals.arms.context import Context
from fewsight.evals.model import Group
from fewsight.serving.answerers.folder import MANIFEST, read_answerer

_PREFIX: Final = "answerer:"


@arm_kind
class AnswererArm(Arm):
    """Answers by a folder that `fewsight eval --save` wrote; it learns nothing here.

    Args:
        answerer: the folder.
    """

    kind = "answerer"
    called = f"the arm '{_PREFIX}DIR'"
    examples = (f"{_PREFIX}DIR",)

    answerer: Path

    @classmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:
        """'answerer:DIR'."""
        return {"answerer": base / word.removeprefix(_PREFIX)} if word.startswith(_PREFIX) else None

    @property
    def group(self) -> Group:
        """With those that a run takes as they are."""
        return "encoder"

    def describe(self) -> str:
        """What it is."""
        return "an answerer that was saved"

    def problems(self) -> Iterator[str]:
        """Also a folder that holds none."""
        if not (self.answerer / MANIFEST).is_file():
            yield f"arm {self.name!r}: {str(self.answerer)!r} holds no answerer ({MANIFEST})"

    def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:  # noqa: ARG002
        """By a run of it, with a ledger of its own.

        Raises:
            FewsightError: it answers another task, or can't be opened.
        """
        from fewsight.evals.arms.row_run import answer_by

        manifest = read_answerer(self.answerer)
        manifest.require(context.task)
        run = self.folder(context) / f"run-{digest([manifest.digest])[:12]}"
        return answer_by(self.name, self.answerer, parts, context, labels=manifest.rows.learned, run=run)
