"""`fewsight tasks list` tells of tasks without running their code; a folder that hides a built-in task is noticed."""

import logging
from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.prompts.cli import tasks
from fewsight.prompts.loading.finding import load_task

MARK = "mark.txt"
MODEL = f"""
from pathlib import Path
from pydantic import BaseModel
Path({MARK!r}).write_text("this code ran")
class Output(BaseModel):
    mood: str
    evidence: list[str] = []
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, model: str | None = MODEL) -> None:
    folder.mkdir(parents=True)
    (folder / "task.toml").write_text(f'name = "{folder.name}"\nversion = "v1"\ntitle = "Mood?"\n')
    (folder / "full.en.v1.jinja").write_text("{% block instructions %}a{% endblock %}")
    if model is not None:
        (folder / "model.py").write_text(model)


def listed() -> str:
    return CliRunner().invoke(tasks, ["list"], catch_exceptions=False).output


@pytest.mark.parametrize("under", ["mood", "tasks/mood", "intent"])
def test_listing_runs_no_code_of_a_task(under: str, here: Path) -> None:
    write(here / under)
    assert f"{Path(under).name}  v1  yours  Mood?\n    fields: mood, evidence\n    shots: none" in listed()
    assert not Path(MARK).exists()


@pytest.mark.parametrize(
    ("model", "problem"), [(None, "model.py can't be read"), ("class", "not Python"), ("\0", "not Python")]
)
def test_listing_says_what_is_wrong_with_a_folder(model: str | None, problem: str, here: Path) -> None:
    write(here / "mood", model)
    output = " ".join(listed().split())
    assert "mood yours can't be used" in output
    assert problem.split()[-1] in output


def test_naming_one_task_runs_no_other_ones_code(here: Path) -> None:
    write(here / "mood")
    load_task("sentiment")
    assert not Path(MARK).exists()


def test_a_folder_that_hides_a_built_in_task_is_noticed(here: Path, caplog: pytest.LogCaptureFixture) -> None:
    load_task("intent")
    assert not caplog.records
    write(here / "intent", MODEL.replace("mood", "mood: bool; other"))
    with caplog.at_level(logging.WARNING), pytest.raises(Exception, match=r"full\.en"):
        load_task("intent")
    (record,) = caplog.records
    assert "hides the one that is built in" in record.getMessage()
    assert str(here / "intent") in record.getMessage()
    assert "intent  v" in listed()
    assert "(hidden by the one above)" in listed()
