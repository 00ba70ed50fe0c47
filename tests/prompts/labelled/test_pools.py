from pathlib import Path

import pandas as pd
import pytest

from fewsight.errors import InputError, MappingError, TaskError
from fewsight.prompts.labelled import load_pool
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.labelling import classification_task

TASK = classification_task("shop_intent", ["refund", "delivery"])
LINE = '{"id": "%s", "text": "where", "answer": {"intent": "%s"}}\n'


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_json_lines_take_their_language_from_the_name(tmp_path: Path) -> None:
    text = LINE % ("a", "refund") + "\n" + LINE % ("b", "delivery")
    for name, language in (("pool.jsonl", "en"), ("pool.zh.jsonl", "zh")):
        shots = load_pool(write(tmp_path / name, text), TASK)
        assert [(shot.id, shot.language) for shot in shots] == [("a", language), ("b", language)]


def test_a_table_needs_text_and_the_field_or_label(tmp_path: Path) -> None:
    rows = "{},customer_id,text,time\nrefund,7,money back,2026-02-03\ndelivery,,where,\n"
    first, second = load_pool(write(tmp_path / "a.csv", rows.format("intent")), TASK)
    assert (first.id, first.history.customer_id, first.answer) == ("row-0000002", "7", {"intent": "refund"})
    assert second.history.events[0].time is None
    assert load_pool(write(tmp_path / "b.csv", rows.format("label")), TASK) == (first, second)
    with pytest.raises(MappingError, match="'intent'"):
        load_pool(write(tmp_path / "c.csv", rows.format("klass")), TASK)


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    path = tmp_path / "pool.parquet"
    pd.DataFrame({"text": ["where", "back"], "label": ["delivery", "refund"]}).to_parquet(path)
    assert [shot.answer["intent"] for shot in load_pool(path, TASK)] == ["delivery", "refund"]


def test_evidence_of_a_message_is_the_message(tmp_path: Path) -> None:
    (shot,) = load_pool(write(tmp_path / "a.csv", "text,intent\nthanks,praise\n"), load_task("intent"))
    assert shot.answer == {"intent": "praise", "evidence": ["E1"]}


def test_a_table_may_give_all_fields_or_whole_histories(tmp_path: Path) -> None:
    rows = "text,reason,summary\ntoo dear,price/too_expensive,The price\n"
    (shot,) = load_pool(write(tmp_path / "a.csv", rows), load_task("churn_reason"))
    assert shot.answer == {"reason": "price/too_expensive", "evidence": ["E1"], "summary": "The price"}
    events = '"[{""kind"": ""message"", ""text"": ""dear""}]"'
    path = write(tmp_path / "b.csv", f'events,intent,evidence\n{events},praise,"[""E1""]"\n')
    (shot,) = load_pool(path, load_task("intent"))
    assert (shot.history.events[0].text, shot.answer["evidence"]) == ("dear", ["E1"])
    with pytest.raises(TaskError, match=r"no columns of \['evidence'\]"):
        load_pool(write(tmp_path / "c.csv", f"events,intent\n{events},praise\n"), load_task("intent"))


def test_a_damaged_cell_counts_in_columns_that_are_read(tmp_path: Path) -> None:
    rows = "text,intent,note\nwhere,delivery,a\0b\nwh\0ere,delivery,ok\n"
    with pytest.raises(TaskError, match=r"1 problem:\n  - line 3: column 'text': NUL byte"):
        load_pool(write(tmp_path / "a.csv", rows), TASK)


def test_a_table_is_refused_for_tasks_that_ask_for_more(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"use a \.jsonl pool"):
        load_pool(write(tmp_path / "a.csv", "text,label\na,b\n"), load_task("churn_reason"))


def test_all_wrong_lines_are_named(tmp_path: Path) -> None:
    text = LINE % ("a", "refund") + LINE % ("a", "refund") + "{\n" + LINE % ("c", "refnd")
    with pytest.raises(TaskError) as caught:
        load_pool(write(tmp_path / "pool.jsonl", text), TASK)
    for part in (
        "line 2: id 'a' is there twice",
        "line 3: not JSON",
        "line 4: intent is 'refnd', not a label. Did you mean",
    ):
        assert part in str(caught.value)
    with pytest.raises(TaskError) as caught:
        load_pool(write(tmp_path / "pool.csv", "text,intent\nx,refnd\n,refund\n"), TASK)
    for part in ("line 2: intent is 'refnd', not a label. Did you mean 'refund'?", "line 3: no text"):
        assert part in str(caught.value)


def test_an_empty_or_missing_pool_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="no shot in it"):
        load_pool(write(tmp_path / "pool.jsonl", "\n"), TASK)
    with pytest.raises(InputError, match="no pool"):
        load_pool(tmp_path / "gone.jsonl", TASK)
