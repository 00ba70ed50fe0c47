"""Runs whose labels an answerer's folder chooses, with the scripted engine or with none."""

import json
from pathlib import Path
from typing import Any

import pytest

from fewsight import run
from fewsight.calibration import Calibration, FieldCalibration
from fewsight.calibration.calibration import Threshold
from fewsight.calibration.steps import Temperature
from fewsight.errors import ConfigError, EngineError, ModelError
from fewsight.ledger import Ledger
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task
from fewsight.serving.answerers.base import Shares
from fewsight.serving.answerers.folder import Weighting
from fewsight.serving.answerers.opened import open_answerer
from fewsight.serving.run import session as sessions
from fewsight.serving.run.answerer.engine import NoEngine
from fewsight.serving.run.calibrated import circumstances
from fewsight.serving.run.options import make_options
from fewsight.serving.run.session import Session, open_session
from fewsight.tables import open_histories
from tests.serving.answerers.support import linear_part, use_fake_encoders, voting_part, write_small_answerer

LABELS = ("refund", "late", "other")


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    rows = [f"c{i},2026-01-0{i % 9 + 1},message,Where is parcel {i % 11}?" for i in range(12)]
    path.write_text("\n".join(["customer_id,time,kind,text", *rows]) + "\n")
    return path


@pytest.fixture
def task() -> Task:
    return classification_task("toy", LABELS)


@pytest.fixture
def answerer(task: Task, tmp_path: Path) -> Path:
    parts = {"encoder": linear_part(task), "knn-vote": voting_part(task)}
    write_small_answerer(tmp_path / "answerer", task, parts)
    return tmp_path / "answerer"


def session(task: Task, table: Path, **options: Any) -> Session:
    with open_histories(table) as histories:
        return open_session(make_options((task.name,), **options), histories, (task,))


def told(task: Task, table: Path, answerer: Path) -> dict[str, Shares]:
    """What an answerer says of histories as a run reads them, by customer."""
    prepare = session(task, table, answerer=str(answerer)).preparer.mask
    with open_histories(table) as histories:
        read = [prepare(one).history for one in histories]
    answers = open_answerer(answerer, task).answer(task.name, read)
    return {history.customer_id: shares for history, shares in zip(read, answers, strict=True)}


def test_a_task_without_words_is_answered_without_any_model(
    task: Task, answerer: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("a model or a tokenizer was asked for")

    for name in ("resolve_model", "load_tokenizer", "find_engine"):
        monkeypatch.setattr(sessions, name, never)
    done = run(task, table, tmp_path / "run", answerer=str(answerer))
    insights = list(done)
    shares = told(task, table, answerer)
    for one in insights:
        expected = shares[one.customer_id]
        assert one.status == "ok"
        assert one.answer == {"toy": max(expected["toy"], key=expected["toy"].__getitem__)}
        assert one.probabilities["toy"] == pytest.approx(dict(expected["toy"]), abs=1e-6)
        assert one.provenance is not None
        assert (one.provenance.engine, one.provenance.model) == ("answerer", "small")
        assert (one.provenance.prompt_tokens, one.provenance.task_version) == (0, task.version)
    assert done.summaries[0].prompt_tokens == done.summaries[0].computed_tokens == 0
    assert len(done.to_pandas()) == 12


def test_it_resumes_and_equal_histories_are_answered_once(
    task: Task, answerer: Path, table: Path, tmp_path: Path
) -> None:
    first = run(task, table, tmp_path / "run", answerer=str(answerer), limit=5)
    assert first.summaries[0].computed == 5
    again = run(task, table, tmp_path / "run", answerer=str(answerer))
    assert again.summaries[0].resumed == 5
    assert again.summaries[0].computed + again.summaries[0].cached + again.summaries[0].doubled == 7
    assert list(json.loads((tmp_path / "run" / "run.json").read_text())["heads_digests"]) == ["toy"]
    with Ledger.open(tmp_path / "run", read_only=True) as ledger:
        assert ledger.verify() == []
    write_small_answerer(answerer, task, {"encoder": linear_part(task, seed=9)})
    with pytest.raises(ConfigError, match="holds a run with other options"):
        run(task, table, tmp_path / "run", answerer=str(answerer))


def test_a_history_of_equal_prompt_and_other_facts_is_another_question(
    task: Task, answerer: Path, tmp_path: Path
) -> None:
    path = tmp_path / "two.csv"
    path.write_text("customer_id,time,kind,channel,text\na,2026-01-01,message,web,hi\nb,2026-01-01,message,app,hi\n")
    assert run(task, path, tmp_path / "run", answerer=str(answerer)).summaries[0].computed == 2


def test_words_are_written_after_the_labels_and_the_model_scores_nothing(
    table: Path, tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fewsight.serving.engines.scripted.engine import ScriptedEngine

    task = load_task("sentiment")
    write_small_answerer(tmp_path / "a", task, {"encoder": linear_part(task)})

    def never(*_: Any) -> Any:
        raise EngineError("the model was asked to score")

    monkeypatch.setattr(ScriptedEngine, "score", never)
    given: dict[str, Any] = {"engine": "scripted", "model": str(model_path)}
    insights = list(run(task, table, tmp_path / "run", answerer=str(tmp_path / "a"), **given))
    assert {one.status for one in insights} == {"ok"}
    for one in insights:
        assert one.answer is not None
        assert one.answer["overall"] == max(one.probabilities["overall"], key=one.probabilities["overall"].__getitem__)
        assert one.provenance is not None
        assert one.provenance.engine == "scripted"
    assert any(one.evidence for one in insights)


def model_part(model_path: Path, task: Task, table: Path, **settings: Any) -> Any:
    from fewsight.serving.answerers.folder import PartFacts

    known = session(task, table, engine="scripted", model=str(model_path)).model
    return PartFacts(kind="model", settings={"model": str(model_path), "model_digest": known.digest, **settings}), {}


def test_a_language_model_and_an_encoder_answer_together(
    task: Task, table: Path, tmp_path: Path, model_path: Path
) -> None:
    parts = {"model": model_part(model_path, task, table), "encoder": linear_part(task)}
    alone = {one.customer_id: one for one in run(task, table, engine="scripted", model=str(model_path))}
    blend = Weighting(weights={"model": 0.5, "encoder": 2.0}, temperature=1.3)
    write_small_answerer(tmp_path / "a", task, parts, blends={"toy": blend})
    both = list(run(task, table, tmp_path / "run", engine="scripted", answerer=str(tmp_path / "a")))
    write_small_answerer(tmp_path / "b", task, {"encoder": linear_part(task)})
    shares = told(task, table, tmp_path / "b")
    certain = 0
    for one in both:
        own, others = alone[one.customer_id].probabilities["toy"], shares[one.customer_id]["toy"]
        if min(own.values()) < 0.001:  # it was rounded when it was recorded
            continue
        certain += 1
        odds = {label: (own[label] ** 0.5 * others[label] ** 2.0) ** (1 / 1.3) for label in own}
        expected = {label: odd / sum(odds.values()) for label, odd in odds.items()}
        assert one.probabilities["toy"] == pytest.approx(expected, abs=1e-3)
    assert certain


def test_the_prompt_of_an_answerer_holds_and_others_are_refused(
    task: Task, table: Path, tmp_path: Path, model_path: Path
) -> None:
    parts = {"model": model_part(model_path, task, table, history_tokens=99)}
    folder = str(tmp_path / "a")
    write_small_answerer(tmp_path / "a", task, parts, blends={"toy": Weighting(weights={"model": 1.0})})
    opened = session(task, table, engine="scripted", answerer=folder)
    assert opened.options.prompt.history_tokens == 99
    assert opened.model.path == model_path
    assert opened.fusion is None  # nothing answers beside its language model
    with pytest.raises(ConfigError, match="history_tokens 50 was asked for, and it has 99"):
        session(task, table, engine="scripted", answerer=folder, history_tokens=50)
    write_small_answerer(
        tmp_path / "a",
        task,
        {"model": model_part(model_path, task, table, model_digest="0" * 64)},
        blends={"toy": Weighting(weights={"model": 1.0})},
    )
    with pytest.raises(ModelError, match=r"was measured with model .* 000000000000, and this is"):
        session(task, table, engine="scripted", answerer=folder)


def test_options_that_nobody_reads_are_refused(task: Task, answerer: Path, table: Path) -> None:
    for options, message in (
        ({"engine": "scripted"}, "--engine scripted would have no effect"),
        ({"shots": 4}, "--shots 4 would have no effect"),
        ({"adapters": {"*": "none"}}, "--adapter would have no effect"),
        ({"probabilities": False}, "--answerer needs --probabilities on"),
    ):
        with pytest.raises(ConfigError, match=message):
            session(task, table, answerer=str(answerer), **options)
    with pytest.raises(ConfigError, match="--answerer answers one task"):
        make_options(("toy", "intent"), answerer=str(answerer))
    with pytest.raises(ModelError, match="answers task 'toy', and this is 'mood'"):
        session(classification_task("mood", ["good", "bad"]), table, answerer=str(answerer))


def test_calibrations_and_reviews_work_as_for_any_run(task: Task, answerer: Path, table: Path, tmp_path: Path) -> None:
    opened = session(task, table, answerer=str(answerer))
    now = circumstances(opened, task)
    assert now.heads == opened.fusion.digest("toy", "en") if opened.fusion else None
    limit = Threshold(risk=0.1, confidence=0.95, threshold=0.5, rows=99, coverage=0.5)
    fitted = FieldCalibration(steps=(Temperature(temperature=3.0),), thresholds=(limit,), rows=99)
    Calibration(circumstances=now, fields={"toy": fitted}).write(tmp_path / "calibration.json")
    given: dict[str, Any] = {"calibrations": (str(tmp_path / "calibration.json"),), "max_error": 0.1}
    done = list(run(task, table, tmp_path / "run", answerer=str(answerer), **given))
    plain = list(run(task, table, tmp_path / "plain", answerer=str(answerer)))
    assert all(
        max(one.probabilities["toy"].values()) <= max(other.probabilities["toy"].values()) + 1e-9
        for one, other in zip(done, plain, strict=True)
    )
    doubtful = (tmp_path / "run" / "review.jsonl").read_text().splitlines()
    assert len(doubtful) == sum(max(one.probabilities["toy"].values()) < 0.5 for one in done)
    other = Calibration(circumstances=now.model_copy(update={"heads": "x"}), fields={"toy": fitted})
    other.write(tmp_path / "other.json")
    with pytest.raises(ConfigError, match="was fitted for heads 'x'"):
        run(task, table, answerer=str(answerer), calibrations=(str(tmp_path / "other.json"),))


def test_the_engine_of_nothing_says_so(table: Path, task: Task, answerer: Path) -> None:
    engine = session(task, table, answerer=str(answerer)).groups()[0].start()
    assert isinstance(engine, NoEngine)
    for ask in (engine.score, engine.generate):
        with pytest.raises(EngineError, match="without a language model was asked"):
            ask([])
    tokenizer = engine.tokenizer
    assert tokenizer.decode(tokenizer.encode("Grüße, 你好")) == "Grüße, 你好"
    assert tokenizer.decode(tokenizer.chat("a", ["b"], [("c", "d")])) == "a\nc\nd\nb"
