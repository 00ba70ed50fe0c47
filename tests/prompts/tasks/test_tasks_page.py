"""docs/tasks.md says what is true: every label, and an example that loads."""

import re
import tomllib
from pathlib import Path

import pytest

from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled.lines import read_lines
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.folder import read_folder

PAGE = (Path(__file__).parents[3] / "docs" / "tasks.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("name", ["intent", "sentiment", "churn_reason", "persona"])
def test_names_every_field_and_label(name: str) -> None:
    section = PAGE.partition(f"## {name}\n")[2].partition("\n## ")[0]
    words = set(re.findall(r"`([a-z_]+)`", section))
    for field in closed_fields(load_task(name).output):
        assert set(field.path.split(".")) - words <= {"intent", "value"}
        assert {part for label in field.labels for part in label.split("/")} <= words, field.path


def test_example_is_a_task(tmp_path: Path) -> None:
    folder = tmp_path / "urgency"
    folder.mkdir()
    (folder / "model.py").write_text(blocks("python")[0], "utf-8")
    (folder / "task.toml").write_text(blocks("toml")[0], "utf-8")
    (folder / "shots.en.jsonl").write_text(blocks("json")[0], "utf-8")
    template = load_task("intent").templates["en", "compact"]
    (folder / "full.en.v1.jinja").write_text(template, "utf-8")
    task = read_folder(folder)
    assert task.name == tomllib.loads(blocks("toml")[0])["name"]
    assert len(task.shots) == len(list(read_lines(folder / "shots.en.jsonl"))) == 2
