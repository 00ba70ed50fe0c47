"""A short training of a tiny random model, and what is compared of two."""

from pathlib import Path
from typing import Any

from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.rows.batches import weighted
from fewsight.finetune.rows.dataset import Dataset
from fewsight.finetune.rows.rows import TrainingRow
from fewsight.finetune.training.loop import Observer, Training
from fewsight.finetune.training.lora import add_lora, load_base, trainable
from fewsight.serving.models.names import ModelFolder

CONFIG = FinetuneConfig(
    rank=4, epochs=3, learning_rate=5e-3, batch_rows=8, micro_tokens=400, dropout=0.1, evaluations=2, seed=1
)


def adapted(base: ModelFolder, config: FinetuneConfig = CONFIG) -> Any:
    return add_lora(load_base(base, "float32"), config, base.name)


def train(
    base: ModelFolder,
    rows: list[TrainingRow],
    work: Path,
    config: FinetuneConfig = CONFIG,
    observer: Observer | None = None,
) -> Any:
    model = adapted(base, config)
    training = Training(model, Dataset(rows[6:], rows[:6]), config, work, observer or Observer())
    return training.run(), model


def weights(model: Any) -> dict[str, Any]:
    return {name: weight.detach().clone() for name, weight in trainable(model).items()}


def largest_difference(first: dict[str, Any], second: dict[str, Any]) -> float:
    assert first.keys() == second.keys()
    return max(float((first[name] - second[name]).abs().max()) for name in first)


def sequences(rows: list[TrainingRow], config: FinetuneConfig = CONFIG) -> list[Any]:
    return [one for number, row in enumerate(rows) for one in weighted(row, number, {}, config)]
