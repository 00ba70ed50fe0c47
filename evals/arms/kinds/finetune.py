"""An arm that trains its adapter first."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.base import arm_kind
from fewsight.evals.arms.context import Context, write_rows
from fewsight.evals.arms.kinds.prompt import PromptArm, with_shots
from fewsight.evals.model import Group
from fewsight.prompts.labelled import GoldRow

if TYPE_CHECKING:
    from fewsight.evals.arms.saving import Piece
    from fewsight.finetune.config import FinetuneConfig

logger = logging.getLogger(__name__)

_ADAPTER: Final = "adapter"


@arm_kind
class FinetuneArm(PromptArm):
    """Trains an adapter from the training rows, or takes the one that an earlier call has trained, and answers with it.

    A share of the training rows is held back to choose the best checkpoint; the calibration rows stay unseen.

    Args:
        config: options of the fine-tuning, a TOML file as for `fewsight finetune --config`.
    """

    kind = "finetune"
    called = "the arm 'finetune'"
    examples = ("finetune",)
    shows_prompts = False

    config: Path | None = None

    @classmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:  # noqa: ARG003 - it has no paths
        """'finetune', or with examples in the prompt as 'finetune+knn-4'."""
        if not word.startswith(cls.kind):
            return None
        head, shots = with_shots(word)
        return shots if head == cls.kind else None

    @property
    def group(self) -> Group:
        """An adapter."""
        return "adapter"

    @property
    def draws(self) -> bool:
        """Training does."""
        return True

    @property
    def needs_rows(self) -> bool:
        """Unless it has rows of its own."""
        return self.train is None

    def describe(self) -> str:
        """What it is trained on, and its examples."""
        shots = f", with {self.shots_in_words}" if self.shots else ""
        return f"adapter trained on {self.rows_in_words}{shots}"

    def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:
        """Train where that was not done yet, then answer all rows.

        Raises:
            FewsightError: the rows can't be trained on, or anything named is wrong.
        """
        if not (self.folder(context) / _ADAPTER).exists():
            self._train(self.rows(context), self.folder(context) / _ADAPTER, self._config(), context)
        return self._served(context).answer(context, parts, others)

    def piece(self, context: Context, answers: Answers) -> "Piece":
        """See `Arm`."""
        return replace(self._served(context).piece(context, answers), learned=self.rows(context))

    def _config(self) -> "FinetuneConfig":
        from fewsight.finetune.config_file import make_config

        return make_config(self.config, {"seed": self.seed})

    def _served(self, context: Context) -> PromptArm:
        """The arm that asks what was trained."""
        folder = str(self.folder(context) / _ADAPTER)
        trained = {"model": folder} if self._config().method == "full" else {"adapter": folder}
        return PromptArm.model_validate({**self.model_dump(exclude={"config"}), **trained})

    def _train(self, rows: Sequence[GoldRow], folder: Path, config: "FinetuneConfig", context: Context) -> None:
        from fewsight.finetune.pipeline import finetune
        from fewsight.finetune.rows.dataset import Lesson

        train = folder.with_name("train.jsonl")
        write_rows(rows, train)
        logger.info("%s: training on %s rows", self.name, f"{len(rows):,}")
        finetune(
            [Lesson(context.task, train)],
            folder,
            model=self.model or context.defaults.model,
            config=config,
            ways=("transformers",),
            progress=context.progress,
        )
