"""From labelled rows to an adapter folder, on a tiny random model."""

from dataclasses import replace
from pathlib import Path

import pytest

from fewsight.adapter_manifest import read_manifest
from fewsight.errors import ConfigError
from fewsight.finetune.config import FinetuneConfig
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from tests.finetune.support import CONFIG, KilledError, Killer, train

pytestmark = pytest.mark.usefixtures("cache")


def test_an_adapter_folder_is_whole(adapter: Path, base: ModelFolder) -> None:
    manifest = read_manifest(adapter)
    assert manifest is not None
    assert {path.name for path in adapter.iterdir()} >= {
        "adapter_config.json",
        "adapter_model.safetensors",
        "card.html",
        "config.toml",
        "fewsight.json",
    }
    assert (manifest.name, manifest.base.digest) == ("toy", base.digest)
    assert manifest.base.name == "tiny"
    for path in adapter.iterdir():
        assert str(base.path.parent).encode() not in path.read_bytes(), path
    (data,) = manifest.data.values()
    assert data.rows + data.valid_rows == 36
    assert manifest.parity is not None
    assert manifest.parity.passed
    assert [part.way for part in manifest.parity.parts] == ["transformers"]
    assert set(*manifest.metrics.values()) == {"base model, full prompt", "adapter"}
    assert not list(adapter.parent.glob(".*")), "nothing is left behind"


def test_the_folder_holds_no_text_of_a_customer(adapter: Path) -> None:
    for path in adapter.iterdir():
        assert b"where is it" not in path.read_bytes(), path


def test_the_card_shows_the_curve_and_every_label(adapter: Path) -> None:
    page = (adapter / "card.html").read_text()
    assert page.count("<polyline") == 2 * 2, "two curves, each drawn for wide places and for phones"
    assert all(f"<td>{label}</td>" in page for label in ("late", "refund", "late_fee"))
    assert "passed on" in page
    assert "Confusion" in page


def test_the_same_command_twice_is_refused(adapter: Path, toy: Task, toy_file: Path, base: ModelFolder) -> None:
    with pytest.raises(ConfigError, match="exists already"):
        train(toy, toy_file, base, adapter)


def test_a_call_that_fails_at_once_leaves_nothing(toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="target_modules"):
        train(toy, toy_file, base, tmp_path / "a", config=FinetuneConfig(target_modules="nothing"))
    assert list(tmp_path.iterdir()) == []


def test_all_rows_are_trained_on_where_none_are_held_back(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path
) -> None:
    config = replace(CONFIG, valid_share=0.0)
    with pytest.raises(KilledError):
        train(toy, toy_file, base, tmp_path / "a", config=replace(config, checkpoint_minutes=0.0), progress=Killer(6))
    done = train(toy, toy_file, base, tmp_path / "a", config=replace(config, checkpoint_minutes=0.0))
    manifest = done.manifest
    (data,) = manifest.data.values()
    assert (data.rows, data.valid_rows, data.split) == (36, 0, "none")
    assert manifest.training["steps"] == 10, "all epochs: nothing stops them, and a resumed one trains no step twice"
    assert (manifest.metrics, done.fields) == ({}, {}), "rows that were trained on measure nothing"
    assert manifest.parity is not None
    assert (manifest.parity.passed, manifest.parity.rows) == (True, 36)
    page = (done.folder / "card.html").read_text()
    assert page.count("<polyline") == 2, "one curve, drawn for wide places and for phones"
    assert "Nothing was held back" in page
