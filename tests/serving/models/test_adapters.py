"""Merging adapters, on a tiny model with random weights."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ModelError
from fewsight.serving.models.adapters import adapter_digest, check_adapter, merged_model
from fewsight.serving.models.merged import release
from fewsight.serving.models.names import ModelFolder, resolve_model


@pytest.fixture(scope="module")
def base(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    """The test tokenizer with a llama of two layers."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("base") / "tiny"
    shutil.copytree(model_path, folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(vocab_size=700, max_position_embeddings=128, **sizes)
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return resolve_model(str(folder))


def make_adapter(base: ModelFolder, folder: Path, **options: Any) -> Path:
    """A LoRA adapter that changes the output visibly."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(base.path, dtype=torch.float32)
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM", **options))
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.2)
    adapted.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def adapter(base: ModelFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_adapter(base, tmp_path_factory.mktemp("adapters") / "plain")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def logits(model: Any) -> Any:
    import torch

    with torch.inference_mode():
        return model(torch.tensor([[5, 80, 300, 12]])).logits.float()


def test_merged_answers_as_adapted(base: ModelFolder, adapter: Path, cache: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    merged = merged_model(base, adapter, "bfloat16")
    assert cache in merged.path.parents
    plain = AutoModelForCausalLM.from_pretrained(base.path, dtype=torch.float32)
    before = logits(plain)
    adapted = logits(PeftModel.from_pretrained(plain, str(adapter)))
    found = logits(AutoModelForCausalLM.from_pretrained(merged.path, dtype=torch.float32))
    assert (adapted - before).abs().mean() > 0.05
    assert (found - adapted).abs().mean() < (adapted - before).abs().mean() / 20
    assert resolve_model(str(merged.path)).max_model_len == 128


def test_merged_once(base: ModelFolder, adapter: Path) -> None:
    first = merged_model(base, adapter, "bfloat16")
    written = (first.path / "model.safetensors").stat().st_mtime_ns
    again = merged_model(base, adapter, "bfloat16")
    assert (again.path, again.digest) == (first.path, first.digest)
    assert (again.path / "model.safetensors").stat().st_mtime_ns == written
    assert first.digest != base.digest


def test_digest_follows_content_and_not_the_place(base: ModelFolder, adapter: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(adapter, moved)
    assert adapter_digest(moved) == adapter_digest(adapter)
    config = json.loads((moved / "adapter_config.json").read_text())
    (moved / "adapter_config.json").write_text(json.dumps(config | {"lora_alpha": 99}))
    assert adapter_digest(moved) != adapter_digest(adapter)


def test_rank_stabilised_is_served(base: ModelFolder, tmp_path: Path) -> None:
    check_adapter(make_adapter(base, tmp_path / "rs", use_rslora=True))


@pytest.mark.parametrize("options", [{"use_dora": True}, {"modules_to_save": ["lm_head"]}, {"bias": "all"}])
def test_what_vllm_cannot_serve_is_refused(base: ModelFolder, tmp_path: Path, options: dict[str, Any]) -> None:
    folder = make_adapter(base, tmp_path / "other", **options)
    with pytest.raises(ModelError, match=f"has {next(iter(options))}="):
        check_adapter(folder)


def test_pickled_weights_are_refused(adapter: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    shutil.copytree(adapter, folder)
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(ModelError, match="can run code"):
        check_adapter(folder)


def test_not_an_adapter(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not an adapter"):
        check_adapter(tmp_path)


def test_an_adapter_of_another_model(base: ModelFolder, adapter: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "wide"
    shutil.copytree(adapter, folder)
    weights = load_file(folder / "adapter_model.safetensors")
    save_file(
        {name: weight[:, :-1].contiguous() for name, weight in weights.items()}, folder / "adapter_model.safetensors"
    )
    with pytest.raises(ModelError, match="does not fit"):
        merged_model(base, folder, "bfloat16")


def test_a_merged_model_beyond_the_limit_takes_the_place_of_an_older_one(
    base: ModelFolder, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWSIGHT_MERGED_GB", "0")
    first = merged_model(base, adapter, "bfloat16")
    second = merged_model(base, adapter, "float32")
    assert first.path.is_dir()
    assert second.path.is_dir()  # both are in use
    release(first.path)
    release(second.path)
    third = merged_model(base, adapter, "float32")
    assert (first.path.exists(), third.path.exists()) == (False, True)
    release(third.path)
