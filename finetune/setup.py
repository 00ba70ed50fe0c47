"""What one training works on: its tasks with their rows, the base model, and the options."""

import random
from dataclasses import asdict, dataclass
from typing import Any, Final

from fewsight.errors import ConfigError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.presets import settle
from fewsight.finetune.rows.data import TrainingData, load_data
from fewsight.finetune.rows.dataset import Dataset, Lesson, balance_weights
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.serving.engines.local.key_values import attention_window
from fewsight.serving.models.dtype import Dtype, pick_dtype
from fewsight.serving.models.names import ModelFolder, resolve_model
from fewsight.serving.models.tokenizer import FolderTokenizer, load_tokenizer

MAY_CHANGE: Final = ("preset", "micro_tokens", "checkpoint_minutes")
"""Options that a training which goes on may be given anew: they change memory and speed, not what is learned.

What a preset sets stands in the other options.
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A task with the rows that were read for it."""

    task: Task
    data: TrainingData

    def reported(self, config: FinetuneConfig) -> tuple[GoldRow, ...]:
        """The rows that figures and the parity gate ask: held-back ones, or trained ones where none are held back.

        Of more than `report_rows` so many are drawn by the seed, because files are often sorted by label.
        """
        rows = self.data.held_back or self.data.trained_on
        if len(rows) <= config.report_rows:
            return rows
        chance = random.Random(config.seed)  # noqa: S311 - reproducible, no secret
        return tuple(rows[i] for i in sorted(chance.sample(range(len(rows)), config.report_rows)))


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that a training depends on; the configuration is settled (see `presets`)."""

    subjects: tuple[Subject, ...]
    base: ModelFolder
    tokenizer: FolderTokenizer
    config: FinetuneConfig
    dtype: Dtype

    @property
    def dataset(self) -> Dataset:
        """The rows of all tasks, one task after the other, and the weights of their labels."""
        power = self.config.class_balance
        weights = {
            (subject.task.name, path, label): weight
            for subject in self.subjects
            for (path, label), weight in balance_weights(subject.data.facts.labels, power).items()
        }
        train = [row for subject in self.subjects for row in subject.data.train]
        valid = [row for subject in self.subjects for row in subject.data.valid]
        return Dataset(train, valid, weights)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about the rows, with the task's name where there are several."""
        several = len(self.subjects) > 1
        return tuple(f"{s.task.name}: {w}" if several else w for s in self.subjects for w in s.data.warnings)

    @property
    def frozen(self) -> dict[str, Any]:
        """What a training that goes on must find as it was."""
        return {
            "config": {name: value for name, value in asdict(self.config).items() if name not in MAY_CHANGE},
            "task": [[s.task.name, s.task.version, s.task.digest] for s in self.subjects],
            "data": [subject.data.digest for subject in self.subjects],
            "model": self.base.digest,
            "tokenizer": self.tokenizer.digest,
            "dtype": self.dtype,
        }


def set_up(lessons: tuple[Lesson, ...], model: str, config: FinetuneConfig) -> Setup:
    """Read all rows, and settle what depends on their number.

    Raises:
        ConfigError: a task is there twice, or there is none.
        FewsightError: rows or model can't be used.
    """
    names = [lesson.task.name for lesson in lessons]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"Tasks named twice: {', '.join(twice)}. An adapter learns a task from one file.")
    if not lessons:
        raise ConfigError("No task to train; name one.")
    base = resolve_model(model)
    tokenizer = load_tokenizer(base.path)
    room = _room(base)
    subjects = tuple(Subject(one.task, load_data(one, config, tokenizer, room)) for one in lessons)
    settled = settle(config, sum(len(subject.data.train) for subject in subjects))
    return Setup(subjects, base, tokenizer, settled, pick_dtype(config.dtype))


def _room(base: ModelFolder) -> int:
    """Tokens of the longest row: the context, or what each layer attends to where that is less."""
    from transformers import AutoConfig

    window = attention_window(AutoConfig.from_pretrained(base.path, trust_remote_code=False))
    return min(base.max_model_len, window or base.max_model_len)
