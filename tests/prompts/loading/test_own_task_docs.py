"""What the pages about tasks of one's own and shots say, run as it stands there."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fewsight.prompts.answer.model_check import model_problems
from fewsight.prompts.answer.several import label_lists
from fewsight.prompts.labelled.lines import read_lines
from fewsight.prompts.labelled.shots import parse_line
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.folder import read_folder
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.loading.scaffold import new_task

DOCS = Path(__file__).parents[3] / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_shots_of_the_page_fit_the_starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new_task("urgency", tmp_path)
    (lines,) = blocks("own-tasks.md", "json")
    shots = [parse_line(line.encode(), load_task("urgency").output, "en") for line in lines.splitlines()]
    assert [shot.id for shot in shots] == ["s1", "s2"]


def test_the_files_of_the_page_make_a_task(tmp_path: Path) -> None:
    folder = tmp_path / "urgency"
    folder.mkdir()
    (folder / "model.py").write_text(blocks("own-tasks.md", "python")[1], "utf-8")
    (folder / "task.toml").write_text(blocks("own-tasks.md", "toml")[0], "utf-8")
    (folder / "shots.en.jsonl").write_text(blocks("own-tasks.md", "json")[0], "utf-8")
    template = load_task("intent").templates["en", "compact"]
    (folder / "full.en.v1.jinja").write_text(template, "utf-8")
    task = read_folder(folder)
    assert task.name == tomllib.loads(blocks("own-tasks.md", "toml")[0])["name"]
    assert len(task.shots) == len(list(read_lines(folder / "shots.en.jsonl"))) == 2


def test_the_model_with_several_labels_can_be_answered() -> None:
    *_, source = blocks("own-tasks.md", "python")
    names: dict[str, Any] = {}
    exec(source, names)
    assert model_problems(names["Output"]) == []
    assert [labels.path for labels in label_lists(names["Output"])] == ["topics"]


def test_the_python_of_the_page_makes_a_task() -> None:
    source, *_ = blocks("own-tasks.md", "python")
    names: dict[str, Any] = {}
    exec(source, names)
    assert names["task"] == classification_task("banking_intent", ["card_arrival", "lost_card"], none_of_these="other")
