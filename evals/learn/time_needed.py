"""How long a training would take here, roughly, before it is begun."""

from pathlib import Path
from typing import Final

from fewsight.finetune.config import FinetuneConfig, Preset
from fewsight.finetune.rows.dataset import Lesson
from fewsight.finetune.setup import set_up
from fewsight.prompts.task import Task
from fewsight.serving.models.digest import weight_files

PROCESSOR: Final = 400 * 270e6
"""Tokens a second times bytes of weights: 400 a second for 270 MB on two cores (docs/benchmarks.md)."""

GPU: Final = 4_000 * 270e6
"""On an H100, of prompts of some hundred tokens."""


def training_minutes(task: Task, train: Path, model: str, preset: Preset) -> float:
    """Minutes of a training by a preset on all rows; on another machine it may be half or twice that.

    Raises:
        FewsightError: rows or model can't be used.
    """
    from fewsight.serving.models.dtype import has_gpu

    setup = set_up((Lesson(task, train),), model, FinetuneConfig(preset=preset))
    tokens = sum(row.tokens for row in setup.dataset.train) * setup.config.epochs
    size = sum(path.stat().st_size for path in weight_files(setup.base.path))
    return float(tokens * size / (GPU if has_gpu() else PROCESSOR) / 60)
