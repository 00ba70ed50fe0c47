from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from pydantic import create_model

import fewsight.ledger.file
from fewsight.errors import ConfigError, EngineError, LedgerError
from fewsight.ledger import Ledger
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import NoneOfThese, Task
from fewsight.serving.engines.base import Capabilities, Completion, Failure, GenerateRequest
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.engines.scripted.engine import ScriptedEngine
from fewsight.serving.run import session
from fewsight.serving.run.api import run
from fewsight.serving.run.outcome import Run


class Engine(ScriptedEngine):
    """Notes what it answers; dies on prompts that hold `poison`."""

    started = 0
    answered: list[tuple[int, ...]]
    poison: str | None
    rows = 8
    texts: str | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.capabilities = replace(self.capabilities, batch_rows=self.rows)
        type(self).started += 1

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        if self.poison is not None and any(self.poison in self.tokenizer.decode(r.prompt) for r in requests):
            raise EngineError("out of memory")
        self.answered.extend(request.prompt for request in requests)
        yield from super().generate(requests)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Engine]:
    class Fresh(Engine):
        answered: list[tuple[int, ...]] = []  # noqa: RUF012 - of this test
        poison = None

    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    fresh = replace(find_engine("scripted"), start=lambda options: Fresh(options.model))
    monkeypatch.setattr(session, "find_engine", lambda name: fresh)
    return Fresh


def table(texts: Sequence[str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03}" for i in range(len(texts))],
            "time": [f"2026-01-{1 + i % 28:02}" for i in range(len(texts))],
            "kind": "message",
            "text": list(texts),
        }
    )


def numbered(count: int) -> pd.DataFrame:
    return table([f"Where is parcel {chr(97 + i % 26)}{i}?" for i in range(count)])


class Runs:
    """Runs with the small tokenizer into one folder."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.folder, self.model = folder, model

    def __call__(self, task: "str | Task | Sequence[str | Task]", frame: pd.DataFrame, **options: Any) -> Run:
        options = {"engine": "scripted", "model": str(self.model), "out": self.folder, **options}
        return run(task, frame, **options)


@pytest.fixture
def runs(tmp_path: Path, model_path: Path) -> Runs:
    return Runs(tmp_path / "run", model_path)


def test_counts_add_up_and_a_second_call_computes_nothing(engine: type[Engine], runs: Runs) -> None:
    frame = numbered(21)
    first = runs(["churn_reason", "sentiment"], frame)
    (summary,) = first.summaries
    assert (summary.customers, summary.computed, summary.cached, summary.resumed) == (21, 42, 0, 0)
    assert summary.statuses == {"ok": 42}
    assert summary.prompt_tokens >= summary.planned_tokens > 0
    assert sum(summary.labels["churn_reason"]["reason"].values()) == 21
    assert len(first.insights) == len(first.to_pandas()) == 42
    again = runs(["churn_reason", "sentiment"], frame)
    assert (again.summaries[0].computed, again.summaries[0].resumed) == (0, 42)
    assert engine.started == 1  # nothing to do, no engine
    assert again.insights == first.insights


def test_limit_may_grow_and_other_options_may_not(engine: type[Engine], runs: Runs) -> None:
    frame = numbered(6)
    runs("intent", frame, limit=2)
    assert runs("intent", frame, limit=5).summaries[0].computed == 3
    with pytest.raises(ConfigError, match=r"other options \(seed: 0 -> 1, history_tokens: 1024 -> 64\)"):
        runs("intent", frame, seed=1, history_tokens=64)
    with pytest.raises(ConfigError, match="input: "):
        runs("intent", numbered(7))
    with pytest.raises(ConfigError, match="order: 'shots-first' -> 'history-first'"):
        runs("intent", frame, order="history-first")
    changed = replace(load_task("intent"), version="v9")
    with pytest.raises(ConfigError, match=r"task_digests: \{'intent': '[0-9a-f]{64}'\} -> "):
        runs(changed, frame)
    (runs.folder / "run.json").write_text("{half")
    with pytest.raises(ConfigError, match=r"run\.json' can't be read"):
        runs("intent", frame)


def test_equal_prompts_are_computed_once(engine: type[Engine], runs: Runs) -> None:
    frame = table(["the same"] * 9 + ["another"]).drop(columns="time")
    (summary,) = runs("churn_reason", frame).summaries
    assert summary.computed == len(engine.answered) == 2
    assert summary.statuses == {"ok": 10}


@pytest.mark.parametrize("poisoned", [0, 17])
def test_one_poisonous_request_fails_alone(engine: type[Engine], runs: Runs, poisoned: int) -> None:
    engine.poison, engine.rows = "poison", 1024
    texts = [f"Where is parcel {i}?" for i in range(600)]
    texts[poisoned] = "poison"
    done = runs("churn_reason", table(texts))
    failed = [i for i in done.insights if i.status != "ok"]
    assert [(i.customer_id, i.status) for i in failed] == [(f"c{poisoned:03}", "failed")]
    assert failed[0].answer is None
    assert "died on this request: out of memory" in (failed[0].error or "")
    engine.poison = None
    mended = runs("churn_reason", table(texts))
    assert mended.summaries[0].computed == 1
    assert {i.status for i in mended.insights} == {"ok"}


def test_an_engine_that_always_dies_ends_the_run_and_keeps_what_was_answered(engine: type[Engine], runs: Runs) -> None:
    frame = numbered(40)
    runs("churn_reason", frame, limit=5)
    engine.poison = "parcel"
    with pytest.raises(EngineError, match=r"died \d+ times without an answer.*What was answered is kept"):
        runs("churn_reason", frame)
    assert engine.started < 30
    engine.poison = None
    assert runs("churn_reason", frame).summaries[0].resumed == 5


def test_a_full_disk_is_said_and_can_be_gone_on_from(
    engine: type[Engine], runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = numbered(120)
    with monkeypatch.context() as small:
        small.setattr(fewsight.ledger.file, "_WRITER", (*fewsight.ledger.file._WRITER, "PRAGMA max_page_count = 60"))
        with pytest.raises(LedgerError, match=r"full.*Make room"):
            runs("churn_reason", frame)
    done = runs("churn_reason", frame)
    assert 0 < done.summaries[0].resumed < 120
    assert len(done.insights) == 120
    with Ledger.open(runs.folder, read_only=True) as ledger:
        assert ledger.verify() == []


def test_evidence_names_real_events_and_marginals_add_up(engine: type[Engine], runs: Runs) -> None:
    frame = pd.DataFrame(
        {
            "customer_id": ["a"] * 6 + ["b"],
            "event_id": [f"real-{i}" for i in range(7)],
            "time": [f"2026-01-0{i + 1}" for i in range(7)],
            "kind": "review",
            "text": [f"words {i}" for i in range(7)],
        }
    )
    insights = runs("churn_reason", frame).insights
    for insight in insights:
        assert set(insight.evidence) <= {f"real-{i}" for i in range(7)}
        assert insight.answer is not None
        assert tuple(insight.answer["evidence"]) == insight.evidence
        assert next(iter(insight.answer)) == "reason"
        joint, level = insight.probabilities["reason"], insight.probabilities["reason.category"]
        assert set(level) == {label.partition("/")[0] for label in joint}
        price = sum(p for label, p in joint.items() if label.startswith("price/"))
        assert level["price"] == pytest.approx(price, abs=1e-5)
        assert insight.answer["reason"] == max(joint, key=lambda label: joint[label])
    assert any(insight.evidence for insight in insights)
    assert {i.as_of.isoformat() for i in insights if i.as_of} == {"2026-01-07T00:00:00+00:00"}


def test_a_table_of_profiles_alone_can_be_asked_about(engine: type[Engine], runs: Runs) -> None:
    frame = pd.DataFrame({"customer_id": ["a"], "time": ["2026-01-01"], "kind": ["view"]})
    profiles = pd.DataFrame({"customer_id": ["a", "b"], "city": ["Oslo", "Bonn"]})
    insights = runs("churn_reason", frame, profiles=profiles).insights
    assert {(i.customer_id, i.status) for i in insights} >= {("a", "ok"), ("b", "ok")}
    assert next(i for i in insights if i.customer_id == "b").evidence == ()


def test_an_answer_that_is_cut_is_invalid(engine: type[Engine], runs: Runs) -> None:
    from fewsight.serving.engines.base import Decoding

    done = runs("persona", numbered(3), decoding=Decoding(max_tokens=2))
    assert {(i.status, i.answer) for i in done.insights} == {("invalid", None)}
    assert all("was cut after 2 tokens; raise --max-tokens" in (i.error or "") for i in done.insights)
    assert runs("persona", numbered(3), decoding=Decoding(max_tokens=2)).summaries[0].computed == 0


def test_an_answer_that_breaks_the_model_is_invalid_with_the_reason(
    engine: type[Engine], runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    unable = Capabilities(score=False, prefill=False, adapters="none")
    real = engine.generate

    def generate(self: Engine, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        for result in real(self, requests):
            assert isinstance(result, Completion)
            yield replace(result, text='{"intent":"wrong","evidence":[]}', finished=True)

    monkeypatch.setattr(engine, "generate", generate)
    start = engine.__init__

    def unable_start(self: Engine, *args: Any, **options: Any) -> None:
        start(self, *args, **options)
        self.capabilities = unable

    monkeypatch.setattr(engine, "__init__", unable_start)
    (insight,) = runs("intent", numbered(1)).insights
    assert insight.status == "invalid"
    assert insight.error is not None
    assert insight.error.startswith("intent: Input should be")
    assert insight.probabilities == {}


def test_none_of_these_below_the_threshold(engine: type[Engine], runs: Runs) -> None:
    task = classification_task("topic", ["a", "b", "c"], none_of_these=NoneOfThese("none", 0.999))
    strict = runs(task, numbered(10)).insights
    labels = {i.customer_id: next(iter(i.answer.values())) for i in strict if i.answer}
    sure = {i.customer_id for i in strict if max(next(iter(i.probabilities.values())).values()) >= 0.999}
    assert {c for c, label in labels.items() if label == "none"} >= set(labels) - sure != set()
    with pytest.raises(ConfigError, match="needs --probabilities on"):
        runs(task, numbered(10), probabilities=False, out=runs.folder / "other")


def test_probabilities_off_generates_the_closed_fields(engine: type[Engine], runs: Runs) -> None:
    done = runs("sentiment", numbered(3), probabilities=False)
    assert {i.status for i in done.insights} == {"ok"}
    assert all(i.probabilities == {} for i in done.insights)


def test_a_task_object_without_open_fields(engine: type[Engine], runs: Runs) -> None:
    fields: dict[str, Any] = {"mood": (Literal["good", 'b"ad'], ...), "sure": (bool, ...)}
    model = create_model("Output", **fields)
    task = replace(load_task("intent"), name="mood", output=model, shots=(), descriptions={}, templates=TEMPLATES)
    done = runs(task, numbered(4))
    assert {i.status for i in done.insights} == {"ok"}
    assert engine.answered == []  # all was scored, nothing is left to write


TEMPLATES: Any = {
    (language, style): "{% block instructions %}Mood?{% endblock %}{% block history %}{{ view.message }}{% endblock %}"
    "{% block question %}Answer:{% endblock %}"
    for language in ("en", "zh")
    for style in ("full", "compact")
}


def test_the_map_of_pseudonyms_is_kept_apart_from_the_ledger(engine: type[Engine], runs: Runs) -> None:
    runs("churn_reason", table(["Write to ada@example.com about order 12345678"]))
    secret = runs.folder / "pseudonyms.jsonl"
    assert "ada@example.com" in secret.read_text()
    assert secret.stat().st_mode & 0o777 == 0o600
    assert b"ada@example.com" not in b"".join(p.read_bytes() for p in runs.folder.glob("ledger.sqlite*"))


def test_a_temporary_run_lives_as_long_as_its_result(engine: type[Engine], runs: Runs) -> None:
    done = runs("churn_reason", numbered(2), out=None)
    assert len(done.insights) == 2
    assert list(done.to_pandas()["status"]) == ["ok", "ok"]
