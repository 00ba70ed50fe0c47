import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from safetensors.numpy import save_file

from fewsight.errors import ModelError
from fewsight.serving.models import names as models
from fewsight.serving.models.cli import models as models_command
from fewsight.serving.models.digest import model_digest
from fewsight.serving.models.names import ModelFolder, resolve_model


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "model"
    path.mkdir()
    (path / "config.json").write_text(json.dumps({"max_position_embeddings": 128, "transformers_version": "5.0"}))
    (path / "tokenizer.json").write_text("{}")
    save_file({"b": np.ones((2, 3), np.float32), "a": np.zeros(4, np.float16)}, path / "model.safetensors")
    return path


@pytest.mark.model
def test_the_default_model_is_what_was_pinned() -> None:
    model = resolve_model()
    assert model.name == "smollm2-135m"
    assert model.digest == models.MODELS["smollm2-135m"].digest
    assert "dequantised from Q4_1" in model.note
    assert model.max_model_len == 8192
    assert model.has_weights
    assert (model.path / "LICENSE").is_file()


@pytest.mark.model
def test_the_default_model_speaks() -> None:
    import torch
    from transformers import AutoModelForCausalLM

    from fewsight.serving.models.tokenizer import load_tokenizer

    folder = resolve_model().path
    tokenizer = load_tokenizer(folder)
    model = AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.bfloat16)
    prompt = torch.tensor([tokenizer.chat("You answer in one word.", ["What is the capital of France?"])])
    out = model.generate(prompt, max_new_tokens=8, do_sample=False)[0, prompt.shape[1] :]
    assert "Paris" in tokenizer.decode(out.tolist())


@pytest.mark.model
def test_a_changed_file_in_the_cache_is_noticed(cache: Path) -> None:
    real = models.MODELS["smollm2-135m"].folder  # in this test's cache, so not there yet
    real.mkdir(parents=True)
    (real / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"its files were changed.*models pull smollm2-135m"):
        resolve_model()


def test_a_local_folder(cache: Path, folder: Path) -> None:
    model = resolve_model(str(folder))
    assert (model.path, model.note, model.max_model_len) == (folder, "local folder", 128)
    assert resolve_model(str(folder)) == model


def test_missing_files_are_named_all_at_once(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ModelError) as caught:
        resolve_model(str(tmp_path))
    message = str(caught.value)
    for part in ("tokenizer.json", "config.json", "*.safetensors", "pytorch_model.bin can run code"):
        assert part in message


def test_weights_that_the_index_names_but_are_not_there(cache: Path, folder: Path) -> None:
    index = {"weight_map": {"a": "model.safetensors", "c": "model-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match=r"model-00002\.safetensors \(named by its index\)"):
        resolve_model(str(folder))


def test_a_folder_with_code_of_its_own_is_refused(cache: Path, folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"auto_map": {"AutoModel": "modeling_x.X"}}))
    with pytest.raises(ModelError, match="never runs"):
        resolve_model(str(folder))


def test_a_tokenizer_is_enough_where_no_weights_are_needed(cache: Path, folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert not resolve_model(str(folder), need_weights=False).has_weights
    with pytest.raises(ModelError, match=r"lacks \*\.safetensors"):
        resolve_model(str(folder))


def test_an_unknown_name_says_what_is_known() -> None:
    with pytest.raises(ModelError, match="Did you mean 'smollm2-135m'"):
        resolve_model("smollm2-153m")


def test_a_hub_model_without_a_network_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    code = "from fewsight.serving.models.names import resolve_model; resolve_model('someone/some-model')"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(cache)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert "ModelError: The hub model 'someone/some-model' can't be fetched" in done.stderr
    assert "give a local folder" in done.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json"])
def test_a_config_that_does_not_say_the_length(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ModelError, match=r"config\.json"):
        _ = ModelFolder("x", tmp_path, "", "").max_model_len


def test_the_digest_is_of_the_content(tmp_path: Path, folder: Path) -> None:
    cache, base = tmp_path / "digests", model_digest(folder, tmp_path / "digests")
    save_file({"a": np.zeros(4, np.float16), "b": np.ones((2, 3), np.float32)}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"transformers_version": "5.9", "max_position_embeddings": 128}))
    assert model_digest(folder, cache) == base, "other order of files and keys, other library version: the same model"
    changes = {
        "a value": {"a": np.zeros(4, np.float16), "b": np.full((2, 3), 1.5, np.float32)},
        "a shape": {"a": np.zeros(4, np.float16), "b": np.ones((3, 2), np.float32)},
        "a type": {"a": np.zeros(4, np.float16), "b": np.ones((2, 3), np.float32).view(np.int32)},
        "a name": {"a": np.zeros(4, np.float16), "c": np.ones((2, 3), np.float32)},
    }
    seen = {base}
    for what, tensors in changes.items():
        save_file(tensors, folder / "model.safetensors")
        assert model_digest(folder, cache) not in seen, what
        seen.add(model_digest(folder, cache))
    for name in ("tokenizer.json", "chat_template.jinja", "config.json", "tokenizer_config.json"):
        (folder / name).write_text('{"x": 1}')
        assert model_digest(folder, cache) not in seen, name
        seen.add(model_digest(folder, cache))


def test_the_digest_is_computed_once(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = model_digest(folder, tmp_path / "digests")
    monkeypatch.setattr("fewsight.serving.models.digest.compute_digest", lambda _: "computed again")
    assert model_digest(folder, tmp_path / "digests") == base
    (note,) = (tmp_path / "digests").iterdir()
    note.write_text("damaged")
    assert model_digest(folder, tmp_path / "digests") == "computed again"


@pytest.mark.parametrize("content", [b"", b"\x10\x00\x00\x00\x00\x00\x00\x00not json at all!"])
def test_damaged_weights_are_named(tmp_path: Path, folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        model_digest(folder, tmp_path / "digests")


def test_weights_that_end_too_soon_are_named(tmp_path: Path, folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ModelError, match="ends before its tensor"):
        model_digest(folder, tmp_path / "digests")


def test_list_says_how_to_fetch_and_what_was_used(cache: Path, folder: Path) -> None:
    resolve_model(str(folder))
    output = CliRunner().invoke(models_command, ["list"], catch_exceptions=False).output
    assert "not fetched: fewsight models pull smollm2-135m" in output
    assert "dequantised from Q4_1" in output
    assert str(folder) in output


@pytest.mark.model
def test_pull_prints_where_the_model_is() -> None:
    output = CliRunner().invoke(models_command, ["pull"], catch_exceptions=False).output
    assert "SmolLM2-135M-Instruct" in output
    assert "all-MiniLM-L6-v2" in output  # it comes with it
    assert models.MODELS["smollm2-135m"].digest in output
