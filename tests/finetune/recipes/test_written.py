"""Written customers as labelled rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import InputError
from fewsight.finetune.recipes.built_in import ONE_MESSAGE, lessons
from fewsight.finetune.recipes.written import author_files, written_rows
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.finding import load_task

MESSAGE: dict[str, Any] = {
    "id": "m-001",
    "events": [{"kind": "message", "text": "do you do gift cards"}],
    "intent": {"label": "product_question", "events": [1]},
    "sentiment": {"overall": "neutral", "aspects": {}, "events": [1]},
}
CUSTOMER: dict[str, Any] = {
    **MESSAGE,
    "id": "c-001",
    "as_of": "2026-03-09",
    "events": [
        {"time": "2026-03-01T10:00Z", "kind": "message", "text": "do you do gift cards"},
        {"time": "2026-03-03T10:00Z", "kind": "order", "product": "card", "amount": 20.5, "currency": "EUR"},
    ],
    "churn_reason": {"label": "not_churning", "events": [2], "summary": "Bought after asking."},
    "persona": {
        "traits": {"activity": {"value": "new", "basis": "fact"}},
        "events": [1, 2],
        "summary": "A new buyer. Asks first.",
    },
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "written"
    folder.mkdir(parents=True)
    for author in ("ann", "bob", "cid"):
        rows = ({**row, "id": f"{author}-{row['id']}"} for row in (MESSAGE, CUSTOMER))
        (folder / f"{author}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    reviews = "".join(f"{n},{n // 4},It works {n} times.,{n % 5 - 2}\n" for n in range(40))
    (folder.parent / "amazon_review_snippets.csv").write_text(f"id,review_id,text,mean_sentiment\n{reviews}")
    return folder.parent


def rows(data: Path, task: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written_rows(author_files(data)["ann"], task)]


def test_a_message_alone_is_a_bare_text_and_answers_what_it_has_labels_of(data: Path) -> None:
    first = rows(data, "intent")[0]
    assert first == {
        "id": "ann-m-001",
        "text": "do you do gift cards",
        "answer": {"intent": "product_question", "evidence": ["E1"]},
    }
    assert [row["id"] for row in rows(data, "persona")] == ["ann-c-001"]
    assert [row["id"] for row in rows(data, "churn_reason")] == ["ann-c-001"]


def test_a_customer_is_also_cut_and_told_by_its_only_text(data: Path) -> None:
    assert [row["id"] for row in rows(data, "intent")[1:]] == ["ann-c-001", "ann-c-001-cut", "ann-c-001-text"]
    whole = rows(data, "intent")[1]
    assert whole["as_of"] == "2026-03-09T23:59:59+00:00"
    assert whole["events"][1]["amount"] == 2050


def test_a_damaged_line_is_named(data: Path) -> None:
    path = author_files(data)["bob"]
    path.write_text(path.read_text() + '{"id": 1}\n')
    with pytest.raises(InputError, match=r"bob\.jsonl', line 3: KeyError\('events'\)"):
        list(written_rows(path, "intent"))


@pytest.mark.parametrize("author", [path.stem for path in author_files(None).values()])
@pytest.mark.parametrize("task", ["intent", "sentiment", "churn_reason", "persona"])
def test_every_customer_that_comes_with_the_recipe_is_a_valid_row(author: str, task: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(line + "\n" for line in written_rows(author_files(None)[author], task)))
    gold = read_gold(path, load_task(task), keep_repeated=True)
    assert len(gold.rows) > 50
    assert not gold.left_out


def test_authors_who_are_left_out_or_validated_on_are_not_learned_from(data: Path, tmp_path: Path) -> None:
    learned = lessons(data, ("cid",), "bob", tmp_path)
    assert [lesson.task.name for lesson in learned] == list(ONE_MESSAGE)
    for lesson in learned:
        assert lesson.valid
        authors = {json.loads(line)["id"].split("-")[0] for line in lesson.train.read_text().splitlines()}
        assert "ann" in authors
        assert not authors & {"bob", "cid"}
        valid = [json.loads(line)["id"].split("-")[0] for line in lesson.valid.read_text().splitlines()]
        assert set(valid) == {"bob"}


def test_a_folder_without_reviews_teaches_the_written_customers(data: Path, tmp_path: Path) -> None:
    (data / "amazon_review_snippets.csv").unlink()
    (sentiment,) = [lesson for lesson in lessons(data, (), None, tmp_path) if lesson.task.name == "sentiment"]
    rows = sentiment.train.read_text()
    assert "ann-m-001" in rows
    assert "sentence-" not in rows


def test_an_author_to_leave_out_who_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no author 'cyd'"):
        lessons(data, ("cyd",), "bob", tmp_path)
