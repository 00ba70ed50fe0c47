"""CONTRIBUTING.md answers its questions with files that exist, and the tree is as it says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("core", "prompts", "serving", "finetune", "evals", "agents", "tests")
MOST_FILES = 4
MOST_LINES = 300
MOST_MODULES = 15


def questions() -> dict[str, list[str]]:
    """The files that each question is answered with."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    sections = re.split(r"(?m)^### ", text.partition("## Eight questions")[2].partition("\n## ")[0])[1:]
    return {section.splitlines()[0]: re.findall(r"(?m)^- `([^`]+)`", section) for section in sections}


def test_there_are_eight_questions() -> None:
    assert len(questions()) == 8


@pytest.mark.parametrize("question", questions())
def test_a_question_is_answered_in_at_most_four_files_that_exist(question: str) -> None:
    files = questions()[question]
    assert 0 < len(files) <= MOST_FILES
    assert [file for file in files if not (ROOT / file).is_file()] == []


def modules() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_files_are_small() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {path: lines for path, lines in long.items() if lines > MOST_LINES} == {}


def test_folders_are_small() -> None:
    folders = {path.parent for path in modules()}
    counts = {str(folder.relative_to(ROOT)): len(list(folder.glob("*.py"))) for folder in folders}
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_floors_say_what_they_are() -> None:
    inits = [path for path in modules() if path.name == "__init__.py" and path.relative_to(ROOT).parts[0] != "tests"]
    silent = [str(path.relative_to(ROOT)) for path in inits if not path.read_text("utf-8").startswith('"""')]
    assert silent == []
