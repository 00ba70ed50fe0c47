"""What the pages about tasks of one's own and shots say, run as it stands there."""

import re
from pathlib import Path
from typing import Any

import pytest

from fewsight.prompts.labelled.shots import parse_line
from fewsight.prompts.loading.finding import load_task
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


def test_the_python_of_the_page_makes_a_task() -> None:
    (source,) = blocks("own-tasks.md", "python")
    names: dict[str, Any] = {}
    exec(source, names)
    assert names["task"] == classification_task("banking_intent", ["card_arrival", "lost_card"], none_of_these="other")
