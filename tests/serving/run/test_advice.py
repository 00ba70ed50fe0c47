"""Options that make answers likely worse are named."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fewsight.prompts.loading.finding import load_task
from fewsight.serving.models.names import DEFAULT_MODEL, ModelFolder, resolve_model
from fewsight.serving.models.tokenizer import FolderTokenizer, load_tokenizer
from fewsight.serving.run.advice import MEASURED, adapter_advice, built_in_advice
from fewsight.serving.run.options import BARE, BUILT_IN, RunOptions, make_options
from fewsight.serving.run.session import open_session
from fewsight.tables import open_histories


@pytest.fixture(scope="module")
def embedded() -> ModelFolder:
    return resolve_model(DEFAULT_MODEL)


@pytest.fixture(scope="module")
def words(embedded: ModelFolder) -> FolderTokenizer:
    return load_tokenizer(embedded.path)


def options(**changes: Any) -> RunOptions:
    return make_options(**({"tasks": ("intent",), "engine": "transformers"} | changes))


@pytest.mark.model
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"shots": 4}, "--shots 4: "),
        ({"style": "full"}, "--style full: "),
        ({"shots": 2, "order": "shots-first"}, "--shots 2 and --order shots-first: "),
        ({}, None),
        ({"style": "compact"}, None),
        ({"shots": 4, "adapters": {"*": BARE}}, None),
        ({"shots": 4, "language": "zh"}, None),
    ],
)
def test_what_puts_the_built_in_adapter_aside_is_named_with_figures(
    changes: dict[str, Any], named: str | None, embedded: ModelFolder, words: FolderTokenizer
) -> None:
    given = list(built_in_advice(options(**changes), [load_task("intent")], embedded, words, "transformers"))
    assert [each.startswith(str(named)) and MEASURED in each for each in given] == ([] if named is None else [True])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"dtype": "float32"}, "--dtype float32: the adapter was trained and measured in bfloat16"),
        ({"dtype": "bfloat16"}, None),
        ({}, None),
    ],
)
def test_another_number_type_than_the_adapters_is_named(changes: dict[str, Any], named: str | None) -> None:
    settled = options(adapters={"intent": BUILT_IN})
    given = list(adapter_advice(options(**changes), settled))
    assert [each.startswith(str(named)) for each in given] == ([] if named is None else [True])
    assert list(adapter_advice(options(**changes), options(adapters={"intent": BARE}))) == []


def test_the_figures_are_those_of_the_docs() -> None:
    text = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text("utf-8")
    for figure in (
        "| built-in answers (adapter and heads) | **72.0 %**",
        "| zero-shot | 10.2 %",
        "| 8 balanced shots | 6.2 %",
    ):
        assert figure in text


@pytest.mark.model
@pytest.mark.parametrize(("text", "count"), [("Where is my parcel?", 1), ("我的包裹在哪里？什么时候到？", 0)])
def test_a_run_says_so_before_it_begins(text: str, count: int, caplog: pytest.LogCaptureFixture) -> None:
    with open_histories(pd.DataFrame({"text": [text]})) as histories:
        open_session(options(shots=2), histories)
    assert sum("--shots 2: without" in record.getMessage() for record in caplog.records) == count
