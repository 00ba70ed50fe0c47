import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.serving.models.cli import models as models_command
from fewsight.serving.models.larger import LARGER, NOT_TRIED

DOCS = Path(__file__).parents[3] / "docs" / "models.md"
OPEN = {"Apache-2.0"}


def test_the_list_names_larger_models_as_not_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path))
    output = CliRunner().invoke(models_command, ["list"], catch_exceptions=False).output
    larger = output.partition("Larger models")[2]
    for model in LARGER:
        shown = re.search(rf"^{re.escape(model.name)}\n(.*)\n(.*)$", larger, re.MULTILINE)
        assert shown is not None
        assert model.licence in shown[1]
        assert NOT_TRIED in shown[2]


def test_memory_is_more_than_the_weights() -> None:
    eight = next(model for model in LARGER if model.name == "Qwen/Qwen3-8B")
    assert eight.memory_gb == 21  # 16.4 GB of weights
    assert all(model.memory_gb > 2 * model.billions for model in LARGER)
    assert [model.billions for model in LARGER] == sorted(model.billions for model in LARGER)


def test_licences_that_are_not_open_are_to_be_accepted_first() -> None:
    assert {model.name for model in LARGER if model.gated} == {
        model.name for model in LARGER if model.licence not in OPEN
    }


def test_the_documentation_has_the_same_list() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for model in LARGER:
        cells = (f"`{model.name}`", f"{model.billions:g} billion", f"{model.memory_gb} GB", model.licence)
        assert f"| {' | '.join((*cells, model.languages))} |" in text
