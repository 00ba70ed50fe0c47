"""docs/tasks.md names every field and label."""

import re
from pathlib import Path

import pytest

from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.finding import load_task

PAGE = (Path(__file__).parents[3] / "docs" / "tasks.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["intent", "sentiment", "churn_reason", "persona"])
def test_names_every_field_and_label(name: str) -> None:
    section = PAGE.partition(f"## {name}\n")[2].partition("\n## ")[0]
    words = set(re.findall(r"`([a-z_]+)`", section))
    for field in closed_fields(load_task(name).output):
        assert set(field.path.split(".")) - words <= {"intent", "value"}
        assert {part for label in field.labels for part in label.split("/")} <= words, field.path
