"""Several questions about one history: computed once in training, trained together, and served in the same order."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ModelError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.pipeline import finetune
from fewsight.finetune.rows.batches import Steps, WeightedSequence, collate, micro_batches
from fewsight.finetune.rows.dataset import Lesson
from fewsight.finetune.rows.rows import RowMaker, TrainingRow, same_histories
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.models.tokenizer import FolderTokenizer
from fewsight.serving.run.manifests import follow_manifests
from fewsight.serving.run.options import PromptOptions, make_options
from tests.finetune.training.support import CONFIG, adapted, largest_difference, sequences

TEXT = "The parcel came late, and the box was open when it came. I want my money back for the shoes, customer {n}."
ROWS = 6


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Task, Path]]:
    """Two tasks with labels for the same customers."""
    place = tmp_path_factory.mktemp("questions")
    asked = []
    for name, labels in (("toy_want", ("refund", "repair")), ("toy_mood", ("cross", "calm"))):
        lines = [f'"{TEXT.format(n="n" * n)}",{labels[n % 2]}' for n in range(ROWS)]
        file = place / f"{name}.csv"
        file.write_text("\n".join(["text,label", *lines]) + "\n")
        asked.append((classification_task(name, list(labels)), file))
    return asked


@pytest.fixture(scope="module")
def rows(questions: list[tuple[Task, Path]], tokenizer: FolderTokenizer) -> list[TrainingRow]:
    prompts = PromptOptions(style="compact", order="history-first")
    return [
        row
        for task, file in questions
        for row in RowMaker(task, prompts, tokenizer, 2048, seed=0).make(read_gold(file, task).rows).rows
    ]


def test_rows_of_one_history_are_drawn_together(rows: list[TrainingRow]) -> None:
    together = same_histories(rows)
    assert together == (*range(ROWS), *range(ROWS))
    steps = Steps(len(rows), 4, 2.0, 7, together)
    for epoch in range(2):
        drawn = [steps.indices(step) for step in range(epoch * steps.in_epoch, (epoch + 1) * steps.in_epoch)]
        assert sorted(row for step in drawn for row in step) == list(range(len(rows)))
        assert all({row % ROWS for row in step} == {row % ROWS for row in step if row < ROWS} for step in drawn)


def test_a_history_is_computed_once_for_its_questions(rows: list[TrainingRow]) -> None:
    asked = sequences(rows)
    batches = list(micro_batches(asked, 2048))
    assert sorted(id(one) for batch in batches for one in batch) == sorted(map(id, asked))
    assert all(len({one.history for one in batch}) == 1 and len({one.kind for one in batch}) == 2 for batch in batches)
    assert computed(asked) < 0.7 * sum(len(one.sequence.inputs) for one in asked)


def computed(asked: list[WeightedSequence]) -> int:
    """Tokens that passes compute, padding included."""
    batches = [collate(batch) for batch in micro_batches(asked, 2048)]
    return sum(len(batch.prefix) + batch.ids.numel() for batch in batches)


def test_a_family_is_cut_where_it_is_too_large(rows: list[TrainingRow]) -> None:
    asked = sequences(rows)
    longest = max(len(one.sequence.inputs) for one in asked)
    batches = list(micro_batches(asked, longest + 1))
    assert max(map(len, batches)) == 1
    assert sum(map(len, batches)) == len(asked)


def test_sharing_changes_no_gradient(base: ModelFolder, rows: list[TrainingRow]) -> None:
    import torch

    from fewsight.finetune.training.lora import trainable
    from fewsight.finetune.training.loss import loss_sum, target_logits

    found: list[dict[str, Any]] = []
    for share in (False, True):
        torch.manual_seed(3)
        model = adapted(base, replace(CONFIG, dropout=0.0))
        for name, weight in trainable(model).items():
            if "lora_B" in name:
                weight.data.normal_(std=0.1)
        for batch in micro_batches(sequences(rows), 2048):
            tensors = collate(batch, share)
            loss_sum(target_logits(model, tensors), tensors, 0.0).backward()  # type: ignore[no-untyped-call]
        found.append({name: weight.grad for name, weight in trainable(model).items()})
    scale = max(float(gradient.abs().max()) for gradient in found[0].values())
    assert largest_difference(*found) < 1e-4 * scale


def test_the_order_is_pinned_and_served(
    questions: list[tuple[Task, Path]],
    base: ModelFolder,
    tokenizer: FolderTokenizer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    config = FinetuneConfig(rank=2, epochs=1, batch_rows=4, valid_share=0.2, order="history-first")
    lessons = [Lesson(task, file) for task, file in questions]
    trained = finetune(lessons, tmp_path / "both", model=str(base.path), config=config, ways=("transformers",))
    assert {facts.order for facts in trained.manifest.tasks} == {"history-first"}
    assert trained.manifest.parity is not None
    assert trained.manifest.parity.passed
    tasks = [task for task, _ in questions]
    names = tuple(task.name for task in tasks)
    asked = make_options(names, model=str(base.path), adapters={"*": str(trained.folder)}, engine="transformers")
    assert follow_manifests(asked, tasks, base, tokenizer).prompt.order == "history-first"
    other = make_options(names, model=str(base.path), adapters={"*": str(trained.folder)}, order="shots-first")
    with pytest.raises(ModelError, match="order: trained on history-first"):
        follow_manifests(other, tasks, base, tokenizer)
