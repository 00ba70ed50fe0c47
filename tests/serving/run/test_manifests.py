"""Adapters are served as they were trained, or not at all."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fewsight.adapter_manifest import AdapterManifest, BaseFacts, DataFacts, Parity, ParityPart, read_manifest
from fewsight.errors import ConfigError, ModelError
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Style
from fewsight.serving.models.adapters import CONFIG, WEIGHTS, adapter_digest
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.models.tokenizer import FolderTokenizer
from fewsight.serving.run.manifests import follow_manifests, task_facts
from fewsight.serving.run.options import PromptOptions, RunOptions, make_options

TASK = classification_task("toy_intent", ["late", "refund"])
OTHER = classification_task("toy_mood", ["good", "bad"])


def manifest(model: ModelFolder, tokenizer: FolderTokenizer, adapter: Path, **changes: Any) -> AdapterManifest:
    base = BaseFacts(name=model.name, digest=model.digest, tokenizer_digest=tokenizer.digest, dtype="float32")
    rows = DataFacts(train_digest="x", valid_digest=None, rows=1, valid_rows=1, split="")
    facts = task_facts(TASK, tokenizer, PromptOptions(), "compact")
    made = AdapterManifest(
        name="a",
        weights_digest=adapter_digest(adapter),
        base=base,
        tasks=(facts,),
        data={TASK.name: rows},
        config={},
        versions={},
    )
    return made.model_copy(update=changes)


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / CONFIG).write_text(json.dumps({"peft_type": "LORA", "r": 4}))
    (folder / WEIGHTS).write_bytes(b"weights")
    return folder


def follow(
    adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer, task: Any = TASK, **options: Any
) -> RunOptions:
    wanted = make_options(tasks=(task.name,), adapters={"*": str(adapter)}, engine="transformers", **options)
    return follow_manifests(wanted, [task], model, tokenizer)


def test_a_manifest_survives_its_file(adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer) -> None:
    made = manifest(model, tokenizer, adapter)
    made.write(adapter)
    assert read_manifest(adapter) == made


def test_style_language_and_order_are_followed(adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer) -> None:
    facts = task_facts(TASK, tokenizer, PromptOptions(language="en"), "full")
    manifest(model, tokenizer, adapter, tasks=(facts,)).write(adapter)
    found = follow(adapter, model, tokenizer).prompt
    assert (found.style, found.language, found.order) == ("full", "en", "shots-first")


def test_adapters_that_want_different_prompts_are_not_run_together(
    adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    shutil.copytree(adapter, second)
    wanted = make_options(tasks=(TASK.name, OTHER.name), adapters={TASK.name: str(adapter), OTHER.name: str(second)})
    styles: tuple[Style, ...] = ("compact", "full")
    for style in styles:
        facts = [
            task_facts(TASK, tokenizer, PromptOptions(), "compact"),
            task_facts(OTHER, tokenizer, PromptOptions(), style),
        ]
        manifest(model, tokenizer, adapter, tasks=(facts[0],)).write(adapter)
        manifest(model, tokenizer, second, tasks=(facts[1],)).write(second)
        if style == "compact":
            assert follow_manifests(wanted, [TASK, OTHER], model, tokenizer).prompt.style is None
        else:
            for tasks in ([TASK, OTHER], [OTHER, TASK]):
                with pytest.raises(
                    ConfigError,
                    match=r"toy_intent: compact.*Run these tasks one by one|toy_mood: full.*Run these tasks one by one",
                ):
                    follow_manifests(wanted, tasks, model, tokenizer)


def test_an_engine_that_was_never_compared_is_named(
    adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    part = ParityPart(way="vllm", rows=9, difference=0.0, equal=1.0, passed=True)
    manifest(model, tokenizer, adapter, parity=Parity(rows=9, prompts_equal=True, parts=(part,))).write(adapter)
    follow(adapter, model, tokenizer)
    assert "whether transformers answers as training did was never measured" in caplog.text


def test_all_that_differs_is_said(adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer) -> None:
    base = BaseFacts(name="other", digest="0" * 64, tokenizer_digest="1" * 64, dtype="float32")
    parity = Parity(
        rows=9,
        prompts_equal=True,
        parts=(ParityPart(way="merged", rows=9, difference=0.2, equal=0.5, passed=False),),
    )
    manifest(model, tokenizer, adapter, base=base, parity=parity).write(adapter)
    (adapter / WEIGHTS).write_bytes(b"other weights")
    changed = replace(TASK, version="v2", output=OTHER.output)
    with pytest.raises(ModelError) as caught:
        follow(adapter, model, tokenizer, changed, style="full", order="history-first")
    message = str(caught.value)
    for part in (
        "weights are not those",
        "base model: trained on other (000000000000)",
        "tokenizer or chat template",
        "parity gate failed (merged)",
        "task version: trained on v1, this is v2",
        "style: trained on compact, --style is full",
        "order: trained on shots-first, --order is history-first",
        "fields or labels were changed",
        "use --force",
    ):
        assert part in message


def test_force_only_warns(
    adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    manifest(model, tokenizer, adapter).write(adapter)
    with pytest.raises(ModelError, match="trained for toy_intent, not for toy_mood"):
        follow(adapter, model, tokenizer, OTHER)
    follow(adapter, model, tokenizer, OTHER, force=True)
    assert "trained for toy_intent" in caplog.text


def test_a_changed_template_is_found(adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer) -> None:
    manifest(model, tokenizer, adapter).write(adapter)
    templates = {key: source.replace("Choose", "Pick") for key, source in TASK.templates.items()}
    with pytest.raises(ModelError, match=r"prompt \(en\)"):
        follow(adapter, model, tokenizer, replace(TASK, templates=templates))


def test_what_weakens_is_a_warning(
    adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    manifest(model, tokenizer, adapter).write(adapter)
    follow(adapter, model, tokenizer, shots=2, mask=False, history_tokens=99)
    said = caplog.text
    assert "trained without shots" in said
    assert "this run is without" in said
    assert "this run has 99" in said


def test_no_manifest_and_damaged_ones(
    adapter: Path, model: ModelFolder, tokenizer: FolderTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    assert follow(adapter, model, tokenizer).prompt.style is None
    assert "has no fewsight.json" in caplog.text
    (adapter / "fewsight.json").write_text("{}")
    with pytest.raises(ModelError, match=r"can't be read: name: Field required"):
        follow(adapter, model, tokenizer)
