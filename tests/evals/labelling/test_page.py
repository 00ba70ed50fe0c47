"""The page in a browser, by keyboard alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.evals.labelling.browser import PROGRAM, Browser
from tests.evals.labelling.support import served, wide_task

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium")


def answers(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line)["answer"] for line in (folder / "labels.jsonl").read_text().splitlines()]


def shows(words: str) -> str:
    return f"document.getElementById('history')?.innerText.includes({words!r})"


def test_rows_are_labelled_by_keyboard_taken_back_and_found_again(tmp_path: Path) -> None:
    with served(tmp_path) as server, Browser(tmp_path / "browser") as page:
        page.open(server.guard.url)
        page.wait(shows("Where is my parcel"))
        assert page.value("document.querySelector('.chip').textContent") == "EMAIL 1"
        assert page.value("document.getElementById('history').innerText").endswith("<3 & thanks")
        assert not page.value("document.getElementById('done').checkVisibility()")
        page.press("2")  # a digit
        page.wait(shows("money back"))
        page.press("than", "Enter")  # letters find a label
        page.wait(shows("Thank you"))
        assert answers(tmp_path) == [{"intent": "refund"}, {"intent": "thanks"}]
        page.press("ArrowLeft")
        page.wait(shows("money back"))
        assert page.value("document.querySelector('[aria-selected=true]').innerText.includes('thanks')")
        assert answers(tmp_path) == [{"intent": "refund"}]
        page.reload()
        page.wait(shows("money back"))
        page.wait("document.getElementById('progress-words').textContent === '1 of 3 labelled'")
        page.press("ArrowUp", "Enter")  # the first label
        page.wait(shows("Thank you"))
        page.press("?")
        page.wait("document.getElementById('done').checkVisibility()")
        assert not page.value("document.getElementById('work').checkVisibility()")
        assert answers(tmp_path) == [{"intent": "refund"}, {"intent": "late"}, {}]
        assert page.problems == []


def test_several_fields_lists_and_evidence_by_keyboard(tmp_path: Path) -> None:
    with served(tmp_path, wide_task()) as server, Browser(tmp_path / "browser", 390, 844, dark=True) as page:
        page.open(server.guard.url)
        page.wait(shows("Where is my parcel"))
        page.press("ArrowRight")  # skipped
        page.wait(shows("money back"))
        page.value("document.querySelectorAll('.event')[1].focus()")
        page.press("Enter")
        page.press("bad", "Enter")
        page.wait("document.getElementById('question').textContent === 'topics'")
        page.press("23", "1")  # the third label is one too many
        page.wait("document.getElementById('problem').textContent === 'At most 2 labels.'")
        page.press("Enter")
        page.wait(shows("Thank you"))
        assert answers(tmp_path) == [{"mood": "bad", "topics": ["price", "quality"], "evidence": ["E2"]}]
        assert page.value("document.documentElement.scrollWidth") <= 390
        assert page.problems == []
