"""The adapter that comes with the embedded model."""

from dataclasses import replace
from typing import Any

import pytest

from fewsight.adapter_manifest import read_manifest
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import Task
from fewsight.serving.models.adapters import WEIGHTS, adapter_digest, check_adapter
from fewsight.serving.models.names import DEFAULT_MODEL, ModelFolder, resolve_model
from fewsight.serving.models.tokenizer import FolderTokenizer, load_tokenizer
from fewsight.serving.run.manifests import with_built_in
from fewsight.serving.run.options import BARE, BUILT_IN, RunOptions, built_in_folder, make_options
from fewsight.serving.run.session import speaks_chinese

NAMES = ("intent", "sentiment", "churn_reason", "persona")


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    return [load_task(name) for name in NAMES]


@pytest.fixture(scope="module")
def embedded() -> ModelFolder:
    return resolve_model(DEFAULT_MODEL)


@pytest.fixture(scope="module")
def words(embedded: ModelFolder) -> FolderTokenizer:
    return load_tokenizer(embedded.path)


def options(**changes: Any) -> RunOptions:
    return make_options(**({"tasks": NAMES, "engine": "transformers"} | changes))


def test_it_is_small_whole_and_says_whose_data_it_learned_from() -> None:
    folder = built_in_folder()
    manifest = read_manifest(folder)
    assert manifest is not None
    assert check_adapter(folder)["r"] == 16
    assert (folder / WEIGHTS).stat().st_size <= 10e6
    assert manifest.weights_digest == adapter_digest(folder)
    assert [facts.name for facts in manifest.tasks] == list(NAMES)
    assert manifest.parity is not None
    assert manifest.parity.passed
    assert any("MIT" in line for line in manifest.attribution)


@pytest.mark.model
def test_it_fits_the_embedded_model_and_every_task_as_it_is_now(
    tasks: list[Task], embedded: ModelFolder, words: FolderTokenizer
) -> None:
    found = with_built_in(options(), tasks, embedded, words, "transformers")
    assert found.engine.adapters == dict.fromkeys(NAMES, BUILT_IN), "a template was changed: train it anew"
    assert found.engine.adapter("persona") == built_in_folder()


@pytest.mark.model
@pytest.mark.parametrize(
    "changes",
    [
        {"adapters": {"*": BARE}},
        {"adapters": {"intent": "mine"}},
        {"shots": 4},
        {"style": "full"},
        {"order": "shots-first"},
        {"language": "zh"},
        {"engine": "openai"},
        {"engine": "scripted"},
    ],
)
def test_it_stands_back_where_something_else_is_asked_for(
    changes: dict[str, Any], tasks: list[Task], embedded: ModelFolder, words: FolderTokenizer
) -> None:
    asked = options(**changes)
    assert with_built_in(asked, tasks, embedded, words, asked.engine.name) == asked


@pytest.mark.model
def test_it_stands_back_from_another_model_and_from_another_task_of_that_name(
    tasks: list[Task], embedded: ModelFolder, words: FolderTokenizer
) -> None:
    other = replace(embedded, digest="0" * 64)
    assert with_built_in(options(), tasks, other, words, "transformers").engine.adapters == {}
    templates = {key: source.replace("intent", "aim") + " " for key, source in tasks[0].templates.items()}
    mine = replace(tasks[0], templates=templates)
    assert set(with_built_in(options(), [mine, *tasks[1:]], embedded, words, "transformers").engine.adapters) == set(
        NAMES[1:]
    )


def test_none_means_none() -> None:
    assert options(adapters={"*": BARE}).engine.adapter("intent") is None


def test_it_is_not_for_tables_in_which_half_write_chinese() -> None:
    def people(*texts: str) -> list[CustomerHistory]:
        events = ((Event("1", None, "message", text=text),) for text in texts)
        return [CustomerHistory(str(number), one) for number, one in enumerate(events)]

    assert speaks_chinese(people("我的快递在哪里", "where is it"))
    assert not speaks_chinese(people("我的快递在哪里", "where is it", "money back"))
    assert not speaks_chinese([CustomerHistory("silent")])
