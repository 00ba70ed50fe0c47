import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import LedgerError
from fewsight.insight import Insight
from fewsight.ledger import Answer, AnswerKey, Ledger, Result
from fewsight.ledger.rows import moment_text

MakeAnswer = Callable[..., Answer]
MakeResult = Callable[..., Result]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

KEY = AnswerKey(
    prompt_ids=(1, 2, 3),
    plan="grammar",
    decoding={"max_tokens": 64, "temperature": 0.0},
    model_digest="m",
    tokenizer_digest="t",
    adapter_digest=None,
    adapter_mode="none",
    engine="transformers",
    engine_version="5.1",
    dtype="bfloat16",
)

CHANGES: dict[str, list[Any]] = {
    "prompt_ids": [(1, 2, 4), (1, 2), (1, 2, 3, 0), (3, 2, 1), (256, 0, 3)],
    "plan": ["grammar2"],
    "decoding": [{"max_tokens": 65, "temperature": 0.0}, {"max_tokens": 64, "temperature": 0.5}, {"max_tokens": 64}],
    "model_digest": ["t"],
    "tokenizer_digest": ["m"],
    "adapter_digest": ["a", ""],
    "adapter_mode": ["merged"],
    "engine": ["vllm"],
    "engine_version": ["5.2"],
    "dtype": ["float32"],
}


def test_a_key_changes_with_each_item_alone() -> None:
    assert set(CHANGES) == set(AnswerKey.__dataclass_fields__)
    digests = [replace(KEY, **{name: value}).digest for name, values in CHANGES.items() for value in values]
    assert len({KEY.digest, *digests}) == 1 + len(digests)


def test_a_key_is_the_same_on_every_machine() -> None:
    reordered = replace(KEY, decoding={"temperature": 0.0, "max_tokens": 64})
    assert reordered.digest == KEY.digest == "7484bdad04cf9059b0dce6cb8ac3dcd199b0cc153218c479a45c7bc05e788775"


def test_customers_come_in_the_order_of_their_numbers(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    names = ["a", "row-2", "row-10", "row-10b", "row-100"]
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k": answer("x")}, [result(name, "k") for name in reversed(names)])
        assert [one.customer_id for one in ledger.insights()] == ["a", "row-2", "row-10", "row-100", "row-10b"]
        assert [one.insight.customer_id for one in ledger.versions()] == ["a", "row-2", "row-10", "row-100", "row-10b"]


def test_what_is_recorded_comes_back(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    recorded = result("c1", "k1")
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k1": answer()}, [recorded])
    with Ledger.open(tmp_path, read_only=True) as ledger:
        assert ledger.get_answers(["k1", "k2"]) == {"k1": answer()}
        assert list(ledger.insights()) == [recorded.insight]
        assert ledger.verify() == []
        assert ledger.series() == [("r", "zero-shot", 0)]


def test_the_first_answer_and_the_first_ok_result_stay(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k1": answer("first"), "k2": answer()}, [result("c1", None, status="failed")])
        ledger.record({"k1": answer("second")}, [result("c1", "k1", status="invalid")])
        ledger.record({}, [result("c1", "k1")])
        ledger.record({}, [result("c1", "k2", status="failed")])
        assert ledger.get_answers(["k1"])["k1"].text == "first"
        assert [insight.status for insight in ledger.insights()] == ["ok"]


def test_done_leaves_out_what_failed_and_what_belongs_elsewhere(
    tmp_path: Path, answer: MakeAnswer, result: MakeResult
) -> None:
    with Ledger.open(tmp_path) as ledger:
        rows = [result(f"c{i}", "k") for i in range(1200)]
        bad = [result("bad", "k", status="invalid"), result("lost", None, status="failed"), result("x", "k", task="t2")]
        ledger.record({"k": answer()}, rows + bad)
        done = ledger.done("r", "zero-shot", 0, "intent")
        pairs = [(row.customer_id, row.as_of) for row in rows]
        assert done.among(pairs) == set(pairs)
        assert ("bad", NOON) in done
        assert ("lost", NOON) not in done
        assert ("x", NOON) not in done
        assert ("c1", NOON + timedelta(days=1)) not in done
        assert ("c1", None) not in done
        assert ("c1", NOON) not in ledger.done("r", "zero-shot", 1, "intent")


def test_equal_moments_are_one_key(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    later_zone = datetime.fromisoformat("2024-05-01T14:00:00+02:00")
    assert moment_text(later_zone) == moment_text(NOON) != moment_text(None)
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k": answer()}, [result("c1", "k")])
        assert ("c1", later_zone) in ledger.done("r", "zero-shot", 0, "intent")


def test_insights_are_filtered_and_keep_a_customer_together(
    tmp_path: Path, answer: MakeAnswer, result: MakeResult
) -> None:
    with Ledger.open(tmp_path) as ledger:
        rows = [result(c, "k", task=task, run=run) for task in ("b", "a") for c in ("c2", "c1") for run in ("s", "r")]
        ledger.record({"k": answer()}, rows)

        def found(**wanted: Any) -> list[tuple[str, str]]:
            return [(insight.customer_id, insight.task) for insight in ledger.insights(**wanted)]

        assert found(run="r") == [("c1", "a"), ("c1", "b"), ("c2", "a"), ("c2", "b")]
        assert found(task="a", run="s") == [("c1", "a"), ("c2", "a")]
        assert len(found(arm="zero-shot", seed=0)) == 8
        assert found(seed=1) == found(arm="x") == []


def test_summary_counts_statuses_labels_and_tokens(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k": answer()}, [result("c1", "k"), result("c2", "k"), result("c3", "k", status="invalid")])
        summary = ledger.summary()
        assert summary.tasks["intent"].statuses == {"ok": 2, "invalid": 1}
        assert summary.tasks["intent"].labels == {"intent": {"refund": 2}, "urgent": {"true": 2}}
        assert (summary.results, summary.answers) == (3, 1)
        assert (summary.prompt_tokens, summary.computed_tokens, summary.answer_tokens) == (420, 100, 21)
        named = ledger.summary(closed={"intent": ["urgent"]})
        assert named.tasks["intent"].labels == {"urgent": {"true": 2}}
        assert json.loads(json.dumps(summary.to_dict()))["tasks"]["intent"]["statuses"]["ok"] == 2


def test_summary_without_probabilities_leaves_words_out(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    def plain(customer: str, fields: dict[str, Any]) -> Any:
        row = result(customer, "k")
        return replace(row, insight=replace(row.insight, answer=fields, probabilities={}))

    with Ledger.open(tmp_path) as ledger:
        rows = [plain(f"c{i}", {"mood": "sad", "id": f"w{i}", "words": "x" * 65, "list": ["a"]}) for i in range(301)]
        ledger.record({"k": answer()}, rows)
        assert ledger.summary().tasks["intent"].labels == {"mood": {"sad": 301}}


@pytest.mark.parametrize(
    "text", ['{"a": "\ud800"}', "NaN and Infinity", "\x00", "退货 😀", '"; DROP TABLE answers; --']
)
def test_any_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    odd = Answer(text, {"NaN": {text: 0.5}})
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k": odd}, [])
        assert ledger.get_answers(["k"])["k"] == odd
        assert ledger.verify() == []


@pytest.mark.parametrize("value", [float("nan"), object()])
def test_what_json_does_not_have_is_refused_by_customer(
    tmp_path: Path, value: object, answer: MakeAnswer, result: MakeResult
) -> None:
    row = result("c1", "k")
    with Ledger.open(tmp_path) as ledger:
        with pytest.raises(LedgerError, match="task 'intent' of customer 'c1'"):
            ledger.record({"k": answer()}, [replace(row, insight=replace(row.insight, answer={"x": value}))])
        assert ledger.get_answers(["k"]) == {}


def test_a_result_needs_its_answer(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    with Ledger.open(tmp_path) as ledger:
        with pytest.raises(LedgerError, match="names no answer"):
            ledger.record({}, [result("c1", None)])
        with pytest.raises(LedgerError, match="never recorded"):
            ledger.record({"k": answer()}, [result("c1", "k"), result("c2", "other")])
        assert list(ledger.insights()) == []
        assert ledger.get_answers(["k"]) == {}


def test_verify_names_what_was_changed(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k1": answer(), "k2": answer()}, [result("c1", "k1"), result("c2", "k2"), result("c3", "k1")])
    changed = sqlite3.connect(tmp_path / "ledger.sqlite")
    changed.execute("UPDATE results SET body = replace(body, 'refund', 'praise') WHERE customer_id = 'c1'")
    changed.execute("UPDATE results SET customer_id = 'c9' WHERE customer_id = 'c3'")
    changed.execute("UPDATE answers SET body = '{' WHERE key = 'k1'")
    changed.execute("DELETE FROM answers WHERE key = 'k2'")
    changed.commit()
    changed.close()
    with Ledger.open(tmp_path, read_only=True) as ledger:
        problems = "\n".join(ledger.verify())
    assert "task 'intent' of customer 'c1': its content is not what was recorded" in problems
    assert "task 'intent' of customer 'c9': its content is not what was recorded" in problems
    assert "task 'intent' of customer 'c2': its answer is missing" in problems
    assert "answer 'k1': not JSON" in problems


def test_to_dict_and_from_dict_agree(result: MakeResult) -> None:
    insight = result("c1", "k").insight
    assert Insight.from_dict(json.loads(json.dumps(insight.to_dict()))) == insight
    bare = Insight("c", "t", None, None, status="failed", error="no")
    assert Insight.from_dict(bare.to_dict()) == bare
