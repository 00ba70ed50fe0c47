"""A tiny random model that can be trained, and rows that it can learn."""

import shutil
from pathlib import Path

import pytest

from fewsight.finetune.rows.rows import RowMaker, TrainingRow
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder, resolve_model
from fewsight.serving.models.tokenizer import FolderTokenizer
from fewsight.serving.run.options import PromptOptions
from tests.finetune.support import call, train

WORDS = {
    "late": ["where is it", "not here yet"],
    "refund": ["money back", "give it back"],
    "late_fee": ["a fee", "fined"],
}


@pytest.fixture(scope="session")
def base(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    """The test tokenizer with a llama of two layers and room for 2,048 tokens."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("base") / "tiny"
    shutil.copytree(model_path, folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(
        vocab_size=700, max_position_embeddings=2048, tie_word_embeddings=True, initializer_range=0.1, **sizes
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return resolve_model(str(folder))


@pytest.fixture(scope="session")
def toy() -> Task:
    return classification_task("toy_intent", list(WORDS))


@pytest.fixture(scope="session")
def toy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """36 rows, 12 of each label, all texts different."""
    lines = ["text,intent"]
    for number in range(12):
        lines += [f"{texts[number % 2]} {'x' * number},{label}" for label, texts in WORDS.items()]
    file = tmp_path_factory.mktemp("rows") / "toy.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture(scope="session")
def toy_rows(toy: Task, toy_file: Path, tokenizer: FolderTokenizer) -> list[TrainingRow]:
    return (
        RowMaker(toy, PromptOptions(style="compact"), tokenizer, 2048, seed=0).make(read_gold(toy_file, toy).rows).rows
    )


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of merged adapters of this test alone."""
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def adapter(toy: Task, toy_file: Path, base: ModelFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished adapter; tests leave it as it is."""
    place = tmp_path_factory.mktemp("adapters")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWSIGHT_CACHE", str(place / "cache"))
        return train(toy, toy_file, base, place / "toy").folder


@pytest.fixture(scope="session")
def task_folder(toy_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with the toy task as a folder."""
    place = tmp_path_factory.mktemp("tasks")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        command = ("tasks", "new", "toy_intent", "--from", toy_file, "--text", "text", "--label", "intent")
        assert call(*command).exit_code == 0
    return place
