"""Passes side by side give what passes one after the other give, to the last bit."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fewsight.finetune.training.loop as training_module
from fewsight.errors import TrainingError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.rows.dataset import Dataset
from fewsight.finetune.rows.rows import TrainingRow
from fewsight.finetune.training.loop import Observer, Training
from fewsight.finetune.training.lora import add_lora, load_base, trainable
from fewsight.finetune.training.side_by_side import side_by_side
from fewsight.serving.models.names import ModelFolder

CONFIG = FinetuneConfig(rank=4, epochs=1, learning_rate=5e-3, batch_rows=16, micro_tokens=600, seed=1)


def test_results_come_in_order_and_few_are_held() -> None:
    import torch

    threads = torch.get_num_threads()
    both = threading.Barrier(2, timeout=20)
    begun = 0

    def work(number: int) -> int:
        if number < 2:
            both.wait()  # returns only if two items are worked on at once
        time.sleep(0.01 * (5 - number % 5))
        return number * number

    def items() -> Iterator[int]:
        nonlocal begun
        for number in range(20):
            begun = number
            yield number

    found = []
    for result in side_by_side(work, items(), 2):
        found.append(result)
        assert begun - len(found) <= 2
    assert found == [number * number for number in range(20)]
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("beside", [1, 3])
def test_an_error_ends_it(beside: int) -> None:
    import torch

    threads = torch.get_num_threads()

    def work(number: int) -> int:
        if number == 3:
            raise MemoryError("no room")
        return number

    done: list[int] = []
    with pytest.raises(MemoryError, match="no room"):
        done.extend(side_by_side(work, range(1000), beside))
    assert torch.get_num_threads() == threads


def in_order(work: Callable[[Any], Any], items: Iterable[Any], beside: int) -> Iterator[Any]:
    assert beside == 3
    return map(work, items)


@pytest.fixture
def three_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_module, "passes_at_once", lambda longest, most, threads: 3)


def trained(base: ModelFolder, rows: list[TrainingRow], work: Path, config: FinetuneConfig = CONFIG) -> dict[str, Any]:
    model = add_lora(load_base(base, "float32"), config, base.name)
    Training(model, Dataset(rows, rows[:6]), config, work, Observer()).run()
    return {name: weight.detach().clone() for name, weight in trainable(model).items()}


@pytest.mark.usefixtures("three_at_once")
def test_a_training_side_by_side_is_that_of_one_pass_at_a_time(
    base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    several = trained(base, toy_rows, tmp_path / "several")
    threads = torch.get_num_threads()
    monkeypatch.setattr(training_module, "side_by_side", in_order)
    torch.set_num_threads(1)  # how many threads add up a product may change its last bit
    try:
        one = trained(base, toy_rows, tmp_path / "one")
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(one[name], several[name]) for name in one)


@pytest.mark.usefixtures("three_at_once")
def test_an_error_of_a_pass_is_said(
    base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(training_module, "target_logits", full)
    with pytest.raises(TrainingError, match="Memory ran out"):
        trained(base, toy_rows, tmp_path)


def test_with_dropout_passes_come_one_by_one(
    base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_module, "passes_at_once", lambda *_: pytest.fail("random draws must come in order"))
    trained(base, toy_rows, tmp_path, replace(CONFIG, dropout=0.1))
