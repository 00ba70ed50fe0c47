"""Labelled rows are read alike from tables and JSON lines, and nothing is dropped without a reason."""

import csv
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, model_validator

from fewsight.answers import nest
from fewsight.errors import MappingError, TaskError
from fewsight.prompts import Evidence
from fewsight.prompts.labelled import load_pool, read_gold
from fewsight.prompts.labelled.checking import check_answer
from fewsight.prompts.labelled.lines import ShotError
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.labelling import classification_task

INTENTS = ["late", "late_again", "refund", 'say "hi"', "退款", "refund/part"]
TASK = classification_task("toy_intent", INTENTS)
SENTIMENT = load_task("sentiment")
TEXTS = st.text(st.characters(exclude_categories=["C"]), max_size=20).map(str.strip)
FEELINGS = st.sampled_from(["", " ", "positive", "negative"])


def write(path: Path, *lines: Any) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n")
    return path


@given(st.lists(st.tuples(TEXTS, FEELINGS, FEELINGS), min_size=1, max_size=8))
def test_a_table_reads_like_the_json_lines_that_it_stands_for(rows: list[tuple[str, str, str]]) -> None:
    usable = {line: row for line, row in enumerate(rows, 2) if row[0] and (row[1].strip() or row[2].strip())}
    with TemporaryDirectory() as folder:
        table, lines = Path(folder, "rows.csv"), Path(folder, "rows.jsonl")
        with table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["text", "overall", "aspects.price"], *rows])
        with lines.open("w", encoding="utf-8") as file:
            for line, (text, overall, price) in usable.items():
                labels = {"overall": overall, "aspects.price": price}
                answer = nest({path: word for path, word in labels.items() if word.strip()} | {"evidence": ["E1"]})
                file.write(json.dumps({"id": f"row-{line:07d}", "text": text, "answer": answer}) + "\n")
        read, meant = (read_gold(path, SENTIMENT, keep_repeated=True) for path in (table, lines))
    assert [(r.id, r.history, r.values) for r in read.rows] == [(r.id, r.history, r.values) for r in meant.rows]
    assert [row.line for row in read.rows] == list(usable)
    assert {line for line, _ in read.left_out} == set(range(2, len(rows) + 2)) - set(usable)


class Output(BaseModel):
    """An answer whose fields must agree."""

    mood: Literal["good", "bad"]
    alarm: bool
    evidence: Evidence

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.mood == "good" and self.alarm:
            raise ValueError("a good mood is no alarm")
        return self


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"mood": "good"}, None),
        ({"mood": "good", "alarm": True}, None),
        ({"mood": "good", "alarm": True, "evidence": ["E1"]}, "a good mood is no alarm"),
        ({"evidence": ["E2"]}, r"evidence names \['E2'\]; this shot has 1 events: E1..E1"),
        ({"mood": "fair"}, "Input should be 'good' or 'bad'"),
        ({"odd": 1}, "unknown answer.odd"),
    ],
)
def test_what_is_given_is_checked_as_in_a_whole_answer(answer: dict[str, Any], problem: str | None) -> None:
    if problem is None:
        checked = check_answer(answer, Output, 1, partial=True)
        assert {key: value for key, value in checked.items() if value is not None} == answer
    else:
        with pytest.raises(ShotError, match=problem):
            check_answer(answer, Output, 1, partial=True)


def test_a_pool_of_shots_is_a_training_file(tmp_path: Path) -> None:
    lines = ["text,intent,customer_id,time", "where is it,late,c1,2026-01-01", "give it back,refund,c2,2026-01-02"]
    file = write(tmp_path / "rows.csv", *lines)
    gold = read_gold(file, TASK).rows
    pool = load_pool(file, TASK)
    assert [(row.id, row.history, dict(row.values)) for row in gold] == [(s.id, s.history, s.answer) for s in pool]
    assert gold[0].customer_id == "c1"
    assert gold[0].time is not None


def test_unknown_labels_are_all_named_once(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.csv", "text,intent", "a,refnd", "b,refnd", "c,latee", "d,late")
    with pytest.raises(TaskError) as caught:
        read_gold(file, TASK)
    message = str(caught.value)
    assert "2 problems" in message
    assert "line 2 and 1 more: intent is 'refnd', not a label. Did you mean 'refund'" in message
    assert "'latee'" in message


def test_rows_without_text_or_label_are_left_out(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.csv", "text,intent", ",late", "b,", "c,late", "c,late", "c,refund")
    gold = read_gold(file, TASK)
    assert [row.line for row in gold.rows] == [4, 6]
    assert gold.left_out == [(2, "no text in column 'text'"), (3, "no label in column 'intent'")]
    assert (gold.repeated, gold.contradicting) == (1, 1)


def test_columns_of_several_fields(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.csv", "text,overall,price", "ok,positive,", "bad,negative,negative")
    first, second = read_gold(file, SENTIMENT).rows
    assert first.values == {"overall": "positive", "evidence": ["E1"]}
    assert second.values == {"overall": "negative", "aspects.price": "negative", "evidence": ["E1"]}


def test_histories_in_a_column(tmp_path: Path) -> None:
    events = json.dumps([{"kind": "message", "text": "late"}, {"kind": "order", "amount": 100}]).replace('"', '""')
    file = write(tmp_path / "rows.csv", "events,intent", f'"{events}",late', '"[{",late')
    gold = read_gold(file, TASK)
    assert [event.kind for event in gold.rows[0].history.events] == ["message", "order"]
    assert gold.left_out[0][0] == 3
    assert "not JSON" in gold.left_out[0][1]


def test_missing_columns(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"no column 'text'.*no column of a label"):
        read_gold(write(tmp_path / "rows.csv", "words,class", "a,late"), TASK)


def test_damaged_shots_are_refused(tmp_path: Path) -> None:
    lines = ['{"id": "a", "text": "x", "answer": {"intent": "late", "odd": 1}}', "{", '{"id": "b", "answer": {}}']
    with pytest.raises(TaskError, match="3 problems"):
        read_gold(write(tmp_path / "rows.jsonl", *lines), TASK)
