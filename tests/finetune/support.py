"""What several tests of fine-tuning share: a short training, a way to kill it, and the command line."""

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from fewsight.cli import root
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.pipeline import Finetuned, finetune
from fewsight.finetune.rows.dataset import Lesson
from fewsight.notices import Silent
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder

CONFIG = FinetuneConfig(rank=4, epochs=2, batch_rows=8, learning_rate=5e-3, valid_share=0.2)


def train(toy: Task, toy_file: Path, base: ModelFolder, out: Path, **changes: Any) -> Finetuned:
    options: dict[str, Any] = {"model": str(base.path), "config": CONFIG, "ways": ("transformers",)} | changes
    return finetune([Lesson(toy, toy_file, options.pop("valid", None))], out, **options)


def call(*words: object) -> Result:
    return CliRunner().invoke(root, [str(word) for word in words])


class KilledError(Exception):
    pass


class Killer(Silent):
    """Ends a training after so many steps, as if its process were killed."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def advance(self, done: int, note: str = "") -> None:
        self.left -= done
        if not self.left:
            raise KilledError
