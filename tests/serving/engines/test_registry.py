"""Engines by name: built-in ones and plug-ins give the same declaration, and get the same from it."""

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pandas as pd
import pytest

from fewsight.errors import ConfigError, ModelError
from fewsight.serving.engines import registry
from fewsight.serving.engines.registry import BUILT_IN, GROUP, find_engine, installed_engines
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.run.api import run
from tests.serving.engines import plugin_engine

MODULE = "tests.serving.engines.plugin_engine"
Plug = Callable[..., None]


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    """Registers entry points, by name and attribute of the plug-in's module."""
    monkeypatch.setattr(plugin_engine, "started", [])

    def register(**points: str) -> None:
        known = [EntryPoint(name, f"{MODULE}:{attribute}", GROUP) for name, attribute in points.items()]
        monkeypatch.setattr(registry, "entry_points", lambda group: known)

    return register


def test_every_built_in_engine_declares_itself_under_its_name() -> None:
    for name in BUILT_IN:
        assert registry._built_in(name).name == name


def test_auto_takes_the_installed_engine_with_the_highest_preference(plug: Plug) -> None:
    assert find_engine("auto") == max(installed_engines(), key=lambda engine: engine.preference)
    assert find_engine("auto").name in ("vllm", "transformers")
    plug(plugin="SPEC", absent="NOT_HERE")
    assert find_engine("auto") is plugin_engine.SPEC


def test_what_can_not_run_is_said_with_what_to_do(plug: Plug) -> None:
    plug(plugin="SPEC", absent="NOT_HERE", wrong="NO_SPEC", broken="NOTHING")
    with pytest.raises(ConfigError, match=r"no engine 'plugn'\. Did you mean 'plugin'"):
        find_engine("plugn")
    with pytest.raises(ConfigError, match="'absent' is not installed; install 'no_such_package'"):
        find_engine("absent")
    with pytest.raises(ConfigError, match="is str, and must be an EngineSpec"):
        find_engine("wrong")
    with pytest.raises(ConfigError, match=r"'broken' .* can't be imported"):
        find_engine("broken")


def test_a_broken_plug_in_is_warned_of_and_stops_no_other(plug: Plug, caplog: pytest.LogCaptureFixture) -> None:
    plug(broken="NOTHING", plugin="SPEC")
    assert find_engine("auto") is plugin_engine.SPEC
    assert "'broken'" in caplog.text
    assert find_engine("scripted").name == "scripted"


def test_a_plug_in_can_not_take_the_name_of_a_built_in_engine(plug: Plug) -> None:
    plug(scripted="SPEC")
    assert find_engine("scripted").name == "scripted"


def test_a_plug_in_needs_weights_where_it_loads_them(plug: Plug, model: ModelFolder) -> None:
    plug(plugin="SPEC")
    frame = pd.DataFrame({"customer_id": ["a"], "text": ["Where is my parcel?"]})
    with pytest.raises(ModelError, match=r"lacks \*\.safetensors"):
        run("intent", frame, engine="plugin", model=str(model.path))
    with pytest.raises(ConfigError, match="'bfloat16' is not known to the engine 'plugin'"):
        run("intent", frame, engine="plugin", model=str(model.path), dtype="bfloat16")
    assert not plugin_engine.started
    assert len(run("intent", frame, engine="scripted", model=str(model.path)).insights) == 1


def test_heavy_packages_are_not_needed_to_list_engines(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from fewsight.serving.engines.registry import installed_engines; list(installed_engines()); "
        "print([m for m in ('torch', 'transformers', 'vllm', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "[]"
