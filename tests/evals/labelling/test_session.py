"""What tabs are shown, and what their answers become."""

import json
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import InputError
from fewsight.evals.labelling.labels_file import LabelsFile
from fewsight.evals.labelling.page.questions import Questions
from fewsight.evals.labelling.page.serve import row_source
from fewsight.evals.labelling.page.session import LabelSession
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.labelled.lines import ShotError
from fewsight.tables import open_histories
from tests.evals.labelling.support import session, table, toy_task, wide_task


def answer(one: LabelSession, tab: str, row: int, label: Any, **more: Any) -> dict[str, Any]:
    return one.answer(tab, {"row": row, "chosen": {"intent": label}, **more})


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "labels.jsonl").read_text().splitlines()]


def test_a_page_sees_masked_text_and_the_file_has_it_as_it_was(tmp_path: Path) -> None:
    with session(tmp_path) as one:
        shown = one.next("a")
        assert "[EMAIL_1]" in str(shown["history"])
        assert shown["likely"]["intent"] == {"late": 0.04, "refund": 0.06, "thanks": 0.06}
        answer(one, "a", 0, "late")
    (row,) = rows(tmp_path)
    assert "to anna@example.com" in row["events"][0]["text"]
    assert row["as_of"] == "2026-01-04T10:00:00+00:00"
    assert row["labelling"].items() >= {"task": "toy_intent", "by": "tester"}.items()
    assert read_gold(tmp_path / "labels.jsonl", toy_task()).rows[0].values == {"intent": "late"}


def test_two_tabs_get_different_rows_and_a_row_has_one_answer(tmp_path: Path) -> None:
    with session(tmp_path) as one:
        assert (one.next("a")["row"], one.next("b")["row"], one.next("a")["row"]) == (0, 1, 0)
        assert answer(one, "a", 0, "late")["row"] == 2
        again = answer(one, "b", 0, "refund")
        assert (again["doubled"], again["row"]) == (True, 1)
        assert answer(one, "b", 1, "refund")["row"] == 2  # nothing else is left
        answer(one, "a", 2, "thanks")
        assert answer(one, "b", 2, "late") == {"row": None, "progress": one.progress, "doubled": True}
    assert [row["answer"]["intent"] for row in rows(tmp_path)] == ["late", "refund", "thanks"]


def test_a_skipped_row_comes_back_last(tmp_path: Path) -> None:
    with session(tmp_path) as one:
        assert one.skip("a", {"row": one.next("a")["row"]})["row"] == 1
        assert answer(one, "a", 1, "late")["row"] == 2
        assert answer(one, "a", 2, "late")["row"] == 0
        assert one.skip("a", {"row": 0})["row"] == 0


def test_a_tab_takes_back_its_own_answers_and_those_of_before(tmp_path: Path) -> None:
    with session(tmp_path) as one:
        answer(one, "a", 0, "late")
    with session(tmp_path) as one:
        answer(one, "b", 1, "refund")
        undone = one.undo("a")
        assert (undone["row"], undone["before"]["chosen"]) == (0, {"intent": "late"})
        assert one.undo("a")["row"] is None
        assert one.undo("b")["row"] == 1
        assert one.progress == {"rows": 3, "labelled": 0, "open": 0}
    assert rows(tmp_path) == []


def test_open_fields_are_noted_and_not_asked_again(tmp_path: Path) -> None:
    with session(tmp_path) as one:
        one.answer("a", {"row": 0, "chosen": {}, "unsure": ["intent", "other"], "none_of_these": []})
    with session(tmp_path) as one:
        assert one.next("a")["row"] == 1
        assert one.progress == {"rows": 3, "labelled": 1, "open": 1}
    assert rows(tmp_path)[0]["labelling"]["unsure"] == ["intent"]


def test_several_fields_lists_and_evidence_become_one_row(tmp_path: Path) -> None:
    with session(tmp_path, wide_task()) as one:
        asked = one.start()
        assert [(q["path"], q["is_list"], q["least"], q["most"]) for q in asked["questions"]] == [
            ("mood", False, 1, 1),
            ("topics", True, 0, 2),
        ]
        assert (asked["questions"][0]["hint"], asked["evidence"]) == ("how the customer feels", 3)
        chosen = {"mood": "bad", "topics": ["price", "quality"]}
        one.answer("a", {"row": 1, "chosen": chosen, "evidence": ["E2"]})
        one.answer("a", {"row": 0, "chosen": {"topics": []}, "unsure": ["mood"]})
        undone = one.undo("a")
        assert undone["before"]["chosen"] == {"topics": []}
        assert one.undo("a")["before"] | {"note": 0} == {"chosen": chosen, "evidence": ["E2"], "note": 0}
        one.answer("a", {"row": 1, "chosen": chosen, "evidence": ["E2"]})
    (row,) = rows(tmp_path)
    assert row["answer"] == {"mood": "bad", "topics": ["price", "quality"], "evidence": ["E2"]}
    (gold,) = read_gold(tmp_path / "labels.jsonl", wide_task()).rows
    assert gold.values["topics.price"] is True


@pytest.mark.parametrize(
    ("posted", "kind"),
    [
        ({"row": 7}, InputError),
        ({"row": "0"}, InputError),
        ({"row": 0, "chosen": {"mood": "angry"}}, ShotError),
        ({"row": 0, "chosen": {"mood": ["bad"]}}, ShotError),
        ({"row": 0, "chosen": {"topics": ["price", "quality", "delivery"]}}, ShotError),
        ({"row": 0, "chosen": {"topics": ["size"]}}, ShotError),
        ({"row": 1, "chosen": {"mood": "bad"}, "evidence": ["E9"]}, ShotError),
        ({"row": 1, "chosen": {"mood": "bad"}, "evidence": [["E1"]]}, InputError),
    ],
)
def test_what_training_would_refuse_is_not_written(
    tmp_path: Path, posted: dict[str, Any], kind: type[Exception]
) -> None:
    with session(tmp_path, wide_task()) as one:
        with pytest.raises(kind):
            one.answer("a", posted)
        assert one.progress["labelled"] == 0
    assert not (tmp_path / "labels.jsonl").exists()


def test_the_label_for_none_of_these_is_a_label(tmp_path: Path) -> None:
    with session(tmp_path, toy_task("other")) as one:
        assert one.start()["questions"][0]["none"] == "other"


def test_rows_without_customers_get_none(tmp_path: Path) -> None:
    (tmp_path / "texts.csv").write_text("text\nWhere is it?\nThank you\n")
    with open_histories(tmp_path / "texts.csv") as histories, LabelsFile(tmp_path / "labels.jsonl", toy_task()) as file:
        assert not histories.names_customers
        source = row_source(histories, None)
        one = LabelSession(Questions(toy_task()), ["row-1", "row-2"], source, file, by="me", has_customers=False)
        answer(one, "a", 1, "thanks")
    (gold,) = read_gold(tmp_path / "labels.jsonl", toy_task()).rows
    assert (gold.id, gold.customer_id) == ("row-2", None)
    with open_histories(table(tmp_path)) as histories:
        assert histories.names_customers
