"""`fewsight adapters`, and a run with an adapter: listed, checked, refused, merged, exported."""

import json
import zipfile
from pathlib import Path

import pytest

from fewsight.adapter_manifest import Parity, ParityPart, read_manifest
from fewsight.errors import ModelError
from fewsight.serving.models.names import ModelFolder
from tests.finetune.support import call

pytestmark = pytest.mark.usefixtures("cache")


def test_it_serves_as_it_was_trained(
    adapter: Path, task_folder: Path, base: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(task_folder)
    (tmp_path / "m.csv").write_text("customer_id,text\nc1,money back xx\nc2,fined xx\n")
    found = call(
        *("run", "toy_intent", "--histories", tmp_path / "m.csv", "--out", tmp_path / "run"),
        *("--model", base.path, "--adapter", adapter, "--engine", "transformers", "--dtype", "float32"),
    )
    assert found.exit_code == 0, (found.output, found.exception)
    frozen = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (frozen["order"], frozen["style"]) == ("shots-first", None)


def test_another_base_model_is_refused(adapter: Path, task_folder: Path, tmp_path: Path, model: ModelFolder) -> None:
    (tmp_path / "m.csv").write_text("customer_id,text\nc1,money back xx\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(task_folder)
        found = call("adapters", "check", adapter, "--model", model.path, "--parity", "transformers")
    assert isinstance(found.exception, ModelError)


def test_adapters_are_listed_shown_and_checked(
    adapter: Path, base: ModelFolder, task_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(task_folder)
    listed = call("adapters", "list", adapter.parent)
    assert "toy: toy_intent on" in listed.stdout
    assert "parity passed" in listed.stdout
    assert "trained on 28 rows" in call("adapters", "show", adapter).stdout
    assert json.loads(call("adapters", "show", adapter, "--json").stdout)["name"] == "toy"
    checked = call(*("adapters", "check", adapter, "--model", base.path, "--parity", "transformers", "--limit", 10))
    assert checked.exit_code == 0, (checked.output, checked.exception)
    assert "parity: passed on 10 rows" in checked.stdout


def test_a_damaged_adapter_is_listed_with_its_reason(adapter: Path, tmp_path: Path) -> None:
    for name, content in (("a", "{"), ("b", (adapter / "fewsight.json").read_text())):
        (tmp_path / name).mkdir()
        (tmp_path / name / "adapter_config.json").write_text("{}")
        (tmp_path / name / "fewsight.json").write_text(content)
    listed = call("adapters", "list", tmp_path)
    assert listed.exit_code == 0, listed.exception
    first, second = listed.stdout.splitlines()
    assert first.startswith(f"{tmp_path / 'a'}: ")
    assert "is damaged" in first
    assert "b: toy_intent on" in second


def test_a_check_asks_at_least_one_row(adapter: Path) -> None:
    found = call("adapters", "check", adapter, "--limit", 0)
    assert found.exit_code == 2
    assert "x>=1" in found.output


def test_a_failed_gate_is_refused_until_it_is_forced(
    adapter: Path, task_folder: Path, base: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(task_folder)
    manifest = read_manifest(adapter)
    assert manifest is not None
    part = ParityPart(way="vllm", rows=9, difference=0.3, equal=0.5, passed=False)
    manifest.model_copy(update={"parity": Parity(rows=9, prompts_equal=True, parts=(part,))}).write(adapter)
    try:
        (tmp_path / "m.csv").write_text("customer_id,text\nc1,money back xx\n")
        command = ["run", "toy_intent", "--histories", tmp_path / "m.csv", "--out", tmp_path / "run"]
        command += ["--model", base.path, "--adapter", adapter, "--engine", "transformers", "--dry-run"]
        found = call(*command)
        assert isinstance(found.exception, ModelError)
        assert "parity gate failed (vllm)" in str(found.exception)
        assert call(*command, "--force").exit_code == 0
    finally:
        manifest.write(adapter)


def test_merged_and_exported(adapter: Path, base: ModelFolder, tmp_path: Path) -> None:
    unnamed = call("adapters", "merge", adapter, "--out", tmp_path / "merged")
    assert isinstance(unnamed.exception, ModelError)
    assert "name its folder with --model" in str(unnamed.exception)
    merged = call("adapters", "merge", adapter, "--out", tmp_path / "merged", "--model", base.path)
    assert merged.exit_code == 0, (merged.output, merged.exception)
    assert (tmp_path / "merged" / "tokenizer.json").is_file()
    for name in ("a.zip", "b.zip"):
        assert call("adapters", "export", adapter, "-o", tmp_path / name).exit_code == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "toy/adapter_model.safetensors" in archive.namelist()
