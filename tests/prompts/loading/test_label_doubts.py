import logging
from pathlib import Path

import pytest

from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.label_doubts import LISTED, label_doubts
from fewsight.prompts.loading.labelling import classification_task, labelling_templates
from fewsight.prompts.loading.scaffold import new_task

COMPOSED, SPREAD = "caf\u00e9", "cafe\u0301"


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        (["refund", "Refund", "REFUND", "x"], "'refund' and 'Refund' and 'REFUND' differ only"),
        ([COMPOSED, SPREAD], r"'café' and 'cafe\u0301' differ only"),
        (["refund", "refund\u200b"], r"'refund' and 'refund\u200b' differ only"),
        (["late delivery", "late\u00a0delivery"], r"'late delivery' and 'late\xa0delivery' differ only"),
        (["late_delivery", "late-delivery"], "'late_delivery' and 'late-delivery' differ only"),
        (["N/A", "nan", "NULL", "None", "x"], "'N/A', 'nan', 'NULL', 'None': a word for no value"),
        (["", "x"], "'': a word for no value"),
        (["today"], "'today' is the only label"),
        ([f"topic {n}" for n in range(700)], "there are 700, and labelling templates list no more than 100"),
        ([word for n in range(9) for word in (f"label {n}", f"Label {n}")], "4 more such groups"),
    ],
)
def test_doubtful_labels_are_named(labels: list[str], named: str) -> None:
    assert named in "\n".join(label_doubts(labels))


@pytest.mark.parametrize(
    "labels", [["refund", "refunds"], ["a/b", "a b c"], ["退款", "退货"], ["कि", "की"], ["5", "6"]]
)
def test_other_labels_are_not(labels: list[str]) -> None:
    assert label_doubts(labels) == []


def test_a_label_for_none_of_these_is_meant() -> None:
    assert label_doubts(["a", "none"], meant=["none"]) == []


def test_nothing_as_an_answer_is_meant(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    new_task("urgency", tmp_path)
    model = "from typing import Literal\nfrom pydantic import BaseModel\n\n\nclass Output(BaseModel):\n"
    (tmp_path / "urgency" / "model.py").write_text(model + '    urgency: Literal["today", "later"] | None\n')
    for name in ("shots.en.jsonl", "shots.zh.jsonl"):
        (tmp_path / "urgency" / name).unlink(missing_ok=True)
    facts = (tmp_path / "urgency" / "task.toml").read_text().partition("[descriptions")[0]
    (tmp_path / "urgency" / "task.toml").write_text(facts)
    with caplog.at_level(logging.WARNING):
        task = load_task(str(tmp_path / "urgency"))
    assert "null" in closed_fields(task.output)[0].labels
    assert caplog.records == []


def test_the_templates_list_as_many_labels_as_the_warning_says() -> None:
    for several in (False, True):
        for (_, style), source in labelling_templates(several).items():
            assert style == "compact" or f"else {LISTED})" in source


def test_a_task_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            task = classification_task("warned_topic", ["Late", "late"])
    assert [record.message for record in caplog.records] == [
        "task 'warned_topic', labels of topic: 'Late' and 'late' differ only in case, accents, marks or spaces; "
        "they are 2 labels"
    ]
    assert task.output(topic="late").model_dump() == {"topic": "late"}  # never merged
