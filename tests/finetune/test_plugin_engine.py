"""An engine of another package is measured by the parity gate and run as the built-in ones are."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pandas as pd
import pytest

from fewsight.finetune.gate.parity import Asked, check_parity, installed_ways
from fewsight.prompts.labelled.gold_file import read_gold
from fewsight.prompts.task import Task
from fewsight.serving.engines import registry
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.models.tokenizer import FolderTokenizer
from fewsight.serving.run.api import run
from fewsight.serving.run.manifests import task_facts
from fewsight.serving.run.options import PromptOptions
from tests.serving.engines import plugin_engine


@pytest.fixture(autouse=True)
def plugged(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("plugin", "tests.serving.engines.plugin_engine:SPEC", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    monkeypatch.setattr(plugin_engine, "started", [])


def test_the_parity_gate_asks_it_too(base: ModelFolder, toy: Task, toy_file: Path, tokenizer: FolderTokenizer) -> None:
    assert {"transformers", "plugin"} <= set(installed_ways())
    facts = task_facts(toy, tokenizer, PromptOptions(), "compact")
    asked = Asked(toy, facts, read_gold(toy_file, toy).rows[:6])
    parity, _ = check_parity(None, base, [asked], dtype="float32", ways=("transformers", "plugin"))
    assert [(part.way, part.rows, part.passed) for part in parity.parts] == [
        ("transformers", 6, True),
        ("plugin", 6, True),
    ]
    assert [(one.model, one.dtype) for one in plugin_engine.started] == [(base, "float32")]


def test_a_run_starts_it_with_the_number_type_that_it_names(base: ModelFolder, toy: Task) -> None:
    frame = pd.DataFrame({"customer_id": ["a"], "text": ["where is it"]})
    (insight,) = run(toy, frame, engine="auto", model=str(base.path))
    assert insight.status == "ok"
    assert insight.provenance is not None
    assert insight.provenance.dtype == "float32"
    assert [one.dtype for one in plugin_engine.started] == ["float32"]
