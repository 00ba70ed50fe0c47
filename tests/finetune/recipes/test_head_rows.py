import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fewsight.errors import InputError
from fewsight.finetune.recipes.head_rows import AdapterShares, NoHistories, examples, shop_examples
from fewsight.finetune.recipes.head_vectors import KeptVectors
from fewsight.finetune.recipes.written import author_file
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.serving.run.options import make_options
from fewsight.serving.run.session import Session, open_session
from tests.serving.answerers.support import FakeEncoder

CUSTOMER: dict[str, Any] = {
    "id": "w1",
    "as_of": "2026-03-09",
    "profile": {"city": "Graz"},
    "events": [
        {
            "time": "2026-03-01T10:00Z",
            "kind": "order",
            "channel": "web",
            "product": "lamp",
            "amount": 49.9,
            "currency": "EUR",
        },
        {"time": "2026-03-03T10:00Z", "kind": "chat", "text": "Where is it? Write to ann@example.com."},
        {
            "time": "2026-03-05T10:00Z",
            "kind": "order",
            "channel": "web",
            "product": "desk",
            "amount": 10,
            "currency": "EUR",
        },
    ],
    "intent": {"label": "order_status", "events": [2]},
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "written").mkdir()
    (tmp_path / "written" / "ann.jsonl").write_text(json.dumps(CUSTOMER) + "\n")
    return tmp_path


@pytest.fixture
def session(model_path: Path) -> Session:
    options = make_options(("intent",), engine="scripted", model=str(model_path))
    return open_session(options, NoHistories(), (load_task("intent"),))


def test_rows_are_masked_as_served_and_know_their_parts(data: Path, session: Session, tmp_path: Path) -> None:
    rows = examples(session, load_task("intent"), data, ["ann"], tmp_path)
    assert [(row.id, row.is_whole) for row in rows] == [("w1", True), ("w1-cut", False), ("w1-text", False)]
    assert all(row.values["intent"] == "order_status" and row.source == "ann" for row in rows)
    assert "ann@example.com" not in str(rows)
    assert rows[0].history.until is not None
    assert (rows[0].history.until.date().isoformat(), len(rows[1].history.events)) == ("2026-03-09", 2)


def test_an_author_who_is_not_there_is_named(data: Path) -> None:
    with pytest.raises(InputError, match=r"no author 'bob'.*ann"):
        author_file(data, "bob")


def test_the_sample_shop_is_drawn_alike_each_time(session: Session, tmp_path: Path) -> None:
    task = load_task("intent")
    rows = shop_examples(session, task, tmp_path)
    assert rows == shop_examples(session, task, tmp_path)
    assert len(rows) > 100
    assert len({row.values["intent"] for row in rows}) > 5


def test_the_adapter_is_asked_once(
    data: Path, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = load_task("intent")
    rows = [row for row in examples(session, task, data, ["ann"], tmp_path) if row.is_whole]
    first = AdapterShares(session, tmp_path)
    (shares,) = first.of(task, "ann", rows)
    first.close()
    (field,) = closed_fields(task.output)
    assert sum(shares["intent"].values()) == pytest.approx(1)
    assert set(shares["intent"]) == set(field.labels)
    again = AdapterShares(session, tmp_path)
    monkeypatch.setattr(again, "_ask", lambda task, rows: pytest.fail("it was asked again"))
    assert again.of(task, "ann", rows) == [shares]


def test_vectors_are_computed_once(tmp_path: Path) -> None:
    encode, path = FakeEncoder(), tmp_path / "vectors.safetensors"
    first = KeptVectors(encode, path)(["a", "b"])
    again = KeptVectors(encode, path)(["b", "c", "a"])
    assert encode.calls == [2, 1]
    assert np.array_equal(again[[2, 0]], first)
    assert np.array_equal(again[1], FakeEncoder()(["c"])[0])
