"""Adapters that would answer as their base, or otherwise than trained, are refused by the names of what is wrong."""

import json
import logging
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ModelError
from fewsight.prompts.loading.finding import load_task
from fewsight.serving.models.adapter_checks import check_weights, config_problem, other_base
from fewsight.serving.models.adapters import CONFIG, WEIGHTS, check_adapter, merged_model
from fewsight.serving.models.merged import release
from fewsight.serving.models.names import ModelFolder, resolve_model
from fewsight.serving.models.tokenizer import load_tokenizer
from fewsight.serving.run.manifests import follow_manifests
from fewsight.serving.run.options import make_options


@pytest.fixture(scope="module")
def base(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("base") / "tiny"
    shutil.copytree(model_path, folder)
    sizes = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(vocab_size=700, max_position_embeddings=128, **sizes)
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return resolve_model(str(folder))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))


def make(base: ModelFolder, folder: Path, **options: Any) -> Path:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    settings = {"r": 4, "target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM"} | options
    get_peft_model(AutoModelForCausalLM.from_pretrained(base.path), LoraConfig(**settings)).save_pretrained(folder)
    return folder


def renamed(adapter: Path, target: Path, change: Callable[[str], str | None]) -> Path:
    """A copy whose weights have other names; those that become None are left out."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(adapter, target)
    weights = {change(name): weight for name, weight in load_file(adapter / WEIGHTS).items()}
    save_file({name: weight for name, weight in weights.items() if name}, target / WEIGHTS)
    return target


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda name: name.replace("model.model.", "model._orig_mod.model."),
            "8 of its weights are missing.*8 .*_orig_mod",
        ),
        (
            lambda name: name.replace("model.layers", "model.language_model.layers"),
            "8 .* are unexpected.*language_model",
        ),
        (
            lambda name: None if "layers.1." in name else name,
            "4 of its weights are missing, e.g. '.*layers.1.self_attn",
        ),
        (lambda name: None if "lora_B" in name else name, "4 of its weights are missing, e.g. '.*lora_B"),
    ],
)
def test_missing_and_unexpected_weights_are_refused_by_name(
    base: ModelFolder, tmp_path: Path, change: Callable[[str], str | None], words: str
) -> None:
    folder = renamed(make(base, tmp_path / "plain"), tmp_path / "other", change)
    with pytest.raises(ModelError, match=words):
        merged_model(base, folder, "float32")


@pytest.mark.parametrize(
    "options", [{}, {"use_rslora": True}, {"target_modules": "all-linear"}, {"layers_to_transform": [0]}]
)
def test_what_peft_saves_is_served_without_a_word(
    base: ModelFolder, tmp_path: Path, options: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    folder = make(base, tmp_path / "adapter", **options)
    config = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(config | {"base_model_name_or_path": "tiny"}))
    capfd.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_weights(base.path, folder, folder / WEIGHTS)
    release(merged_model(base, folder, "float32").path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "options",
    [
        {"use_dora": True},
        {"modules_to_save": ["lm_head"]},
        {"rank_pattern": {"q_proj": 2}},
        {"alpha_pattern": {"v_proj": 32}},
        {"trainable_token_indices": [5, 6]},
        {"init_lora_weights": "pissa"},
    ],
)
def test_other_kinds_are_refused_with_lines_that_mend_it(
    base: ModelFolder, tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(base, tmp_path / "other", **options)
    with pytest.raises(ModelError, match=f"has {next(iter(options))}=") as refused:
        check_adapter(folder)
    lines = [line.strip() for line in str(refused.value).splitlines() if line.startswith("  ")]
    monkeypatch.chdir(tmp_path)
    exec("\n".join(lines), {})
    merged = resolve_model(str(tmp_path / "MERGED"))
    assert (merged.path / "tokenizer.json").is_file()


@pytest.mark.parametrize("kind", ["PROMPT_TUNING", "PREFIX_TUNING", "P_TUNING"])
def test_learned_prompts_have_no_such_way_out(kind: str) -> None:
    problem = str(config_problem({"peft_type": kind}, Path("a")))
    assert f"has peft_type '{kind}'" in problem
    assert "can't be merged" in problem
    assert "merge_and_unload" not in problem


def test_an_adapter_of_a_classifier_is_refused() -> None:
    assert "task_type 'SEQ_CLS'" in str(config_problem({"peft_type": "LORA", "task_type": "SEQ_CLS"}, Path("a")))


@pytest.mark.parametrize(
    ("named", "model", "told"),
    [
        ("meta-llama/Llama-3.2-1B", "smollm2-135m", True),
        ("HuggingFaceTB/SmolLM2-135M-Instruct", "smollm2-135m", False),
        ("/home/somebody/models/tiny/", "models/tiny", False),
        ("owner/model", "owner/model@main", False),
        (None, "smollm2-135m", False),
    ],
)
def test_another_base_is_told_by_its_name(named: str | None, model: str, told: bool) -> None:
    assert (other_base({"base_model_name_or_path": named}, model) is not None) == told


def test_a_run_tells_of_another_base(base: ModelFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = make(base, tmp_path / "adapter")
    config = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(config | {"base_model_name_or_path": "meta-llama/Llama-3.2-1B"}))
    options = make_options(["intent"], engine="transformers", model=str(base.path), adapters={"*": str(folder)})
    with caplog.at_level(logging.WARNING):
        follow_manifests(options, [load_task("intent")], base, load_tokenizer(base.path))
    assert "names another base in its adapter_config.json, 'meta-llama/Llama-3.2-1B'" in caplog.text
