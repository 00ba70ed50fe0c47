"""An arm that trains its adapter first."""

from collections.abc import Sequence
from pathlib import Path

from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.context import Context, write_rows
from fewsight.evals.arms.prompted import PromptArm
from fewsight.evals.arms.spec import ArmSpec
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.config_file import make_config
from fewsight.finetune.pipeline import finetune
from fewsight.finetune.rows.dataset import Lesson
from fewsight.prompts.labelled import GoldRow


class FinetuneArm:
    """Trains an adapter from the training rows, or takes the one that an earlier call has trained, and answers with it.

    A share of the training rows is held back to choose the best checkpoint; the calibration rows stay unseen.
    """

    def __init__(self, spec: ArmSpec, context: Context) -> None:
        self.spec, self._context = spec, context

    def answer(self, parts: Parts) -> Answers:
        """Train where that was not done yet, then answer all rows.

        Raises:
            FewsightError: the rows can't be trained on, or anything named is wrong.
        """
        folder = self._context.place(self.spec) / "adapter"
        config = make_config(None, self.spec.config, {"seed": self.spec.seed})
        rows = self._context.rows_for(self.spec)
        if not folder.exists():
            self._train(rows, folder, config)
        trained = {"model": str(folder)} if config.method == "full" else {"adapter": str(folder)}
        served = self.spec.model_copy(update={"kind": "prompt", "config": None, **trained})
        return PromptArm(served, self._context).answer(parts)

    def _train(self, rows: Sequence[GoldRow], folder: Path, config: FinetuneConfig) -> None:
        spec, suite = self.spec, self._context.defaults
        train = folder.with_name("train.jsonl")
        write_rows(rows, train)
        self._context.say(f"  {spec.name}: training on {len(rows):,} rows")
        finetune(
            [Lesson(self._context.task, train)],
            folder,
            model=spec.model or suite.model,
            config=config,
            ways=("transformers",),
        )
