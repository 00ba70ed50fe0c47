"""Runs whose labels are answered by the model and heads together."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fewsight import run
from fewsight.adapter_manifest import AdapterManifest, read_manifest
from fewsight.errors import ConfigError, ModelError
from fewsight.ledger import Ledger
from fewsight.prompts.task import Language
from fewsight.serving.answerers import built_in
from fewsight.serving.answerers.fusion import Blend, Fusion
from fewsight.serving.answerers.heads import EncoderHeads
from fewsight.serving.answerers.heads_file import TaskHeads
from fewsight.serving.answerers.stored import EncoderFacts
from fewsight.serving.models.names import EMBEDDINGS, ModelFolder
from fewsight.serving.run.answering import Answering
from fewsight.serving.run.calibrated import circumstances
from fewsight.serving.run.options import built_in_folder, make_options
from fewsight.serving.run.session import Session, open_session
from fewsight.tables import open_histories
from tests.serving.answerers.support import FakeEncoder, write_small_heads


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    rows = [f"c{i},2026-01-0{i % 9 + 1},message,Where is parcel {i}?" for i in range(12)]
    path.write_text("\n".join(["customer_id,time,kind,text", *rows]) + "\n")
    return path


@pytest.fixture
def given(model_path: Path) -> dict[str, Any]:
    return {"engine": "scripted", "model": str(model_path)}


def fusion(folder: Path, weight: float = 1.0, task: str = "sentiment") -> Fusion:
    heads = EncoderHeads(folder, write_small_heads(folder, task), FakeEncoder())
    blends = {path: Blend(weight, one.temperature) for path, one in heads.blends[task].items()}
    return Fusion(heads, {task: blends})


def use(monkeypatch: pytest.MonkeyPatch, one: Fusion | None) -> None:
    """Runs get this fusion, whatever engine answers."""
    monkeypatch.setattr(Session, "fusion", one)


def answers(task: str, table: Path, folder: Path, given: dict[str, Any]) -> list[Any]:
    return [(one.customer_id, one.answer, dict(one.probabilities)) for one in run(task, table, folder, **given)]


def test_a_weight_of_zero_answers_as_the_model_alone(
    table: Path, given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = answers("sentiment", table, tmp_path / "alone", given)
    use(monkeypatch, fusion(tmp_path / "heads", weight=0.0))
    assert answers("sentiment", table, tmp_path / "fused", given) == alone


def test_the_most_probable_label_of_both_is_the_answer_and_is_written(
    table: Path, given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = answers("sentiment", table, tmp_path / "alone", given)
    use(monkeypatch, fusion(tmp_path / "heads", weight=3.0))
    fused = answers("sentiment", table, tmp_path / "fused", given)
    for _, answer, shares in fused:
        assert answer["overall"] == max(shares["overall"], key=shares["overall"].__getitem__)
        for aspect, label in answer["aspects"].items():
            assert label == max(shares[f"aspects.{aspect}"], key=shares[f"aspects.{aspect}"].__getitem__)
        assert sum(shares["overall"].values()) == pytest.approx(1, abs=1e-4)
    assert [answer for _, answer, _ in fused] != [answer for _, answer, _ in alone]


def test_a_run_with_heads_resumes_and_no_other_goes_on_in_its_folder(
    table: Path, given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    use(monkeypatch, fusion(tmp_path / "heads"))
    whole = answers("sentiment", table, tmp_path / "whole", given)
    run("sentiment", table, folder, limit=5, **given)
    assert list(json.loads((folder / "run.json").read_text())["heads_digests"]) == ["sentiment"]
    assert answers("sentiment", table, folder, given) == whole
    again = run("sentiment", table, folder, **given)
    assert (again.summaries[0].computed, again.summaries[0].resumed) == (0, 12)
    for other in (fusion(tmp_path / "heads", weight=0.5), None):
        use(monkeypatch, other)
        with pytest.raises(ConfigError, match=r"heads_digests.*With --heads none a run is without heads"):
            run("sentiment", table, folder, **given)


def test_a_run_of_before_there_were_heads_goes_on(table: Path, given: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run("sentiment", table, folder, limit=5, **given)
    frozen = json.loads((folder / "run.json").read_text())
    assert frozen.pop("heads_digests") == {}
    (folder / "run.json").write_text(json.dumps(frozen))
    assert run("sentiment", table, folder, **given).summaries[0].resumed == 5


def test_keys_hold_the_heads_only_where_they_answer(table: Path, given: dict[str, Any], tmp_path: Path) -> None:
    with open_histories(table) as histories:
        options = make_options(("sentiment", "intent"), **given)
        session = open_session(options, histories)
        items = session.preparer.items([next(iter(histories))], "shots-first", ["sentiment", "intent"])
    engine = session.groups()[0].start()

    def plans(one: Fusion | None, language: Language = "en", scored: bool = True) -> list[str]:
        asked = replace(options, probabilities=scored)
        answering = Answering(engine, session.preparer, asked, None, fusion=one)
        return [answering.plan_digest(replace(item, language=language)) for item in items]

    alone, both = plans(None), plans(fusion(tmp_path / "heads"))
    assert both[0] != alone[0]
    assert both[1] == alone[1]  # another task
    assert plans(fusion(tmp_path / "heads", weight=0.5))[0] != both[0]
    assert plans(fusion(tmp_path / "heads"), "zh") == alone
    assert plans(fusion(tmp_path / "heads"), scored=False) == plans(None, scored=False)


def test_a_calibration_is_of_the_answers_with_or_without_heads(
    table: Path, given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_histories(table) as histories:
        session = open_session(make_options(("sentiment",), **given), histories)
    before = circumstances(session, session.tasks[0])
    assert before.heads is None
    use(monkeypatch, fusion(tmp_path / "heads"))
    assert circumstances(replace(session), session.tasks[0]) != before


class Real:
    """Sessions with the embedded model, and small heads in the place of those that come with it."""

    def __init__(self, folder: Path, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._table = folder, table
        monkeypatch.setattr(built_in, "heads_folder", lambda: folder)

    def session(self, tasks: Sequence[str] = ("intent", "sentiment"), **options: Any) -> Session:
        with open_histories(self._table) as histories:
            return open_session(make_options(tasks, **{"engine": "transformers", **options}), histories)


@pytest.fixture
def real(tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch) -> Real:
    return Real(tmp_path / "heads", table, monkeypatch)


def manifest() -> AdapterManifest:
    found = read_manifest(built_in_folder())
    assert found is not None
    return found


def fitting(folder: Path, **changes: Any) -> None:
    """Heads that fit the built-in adapter and its encoder."""
    encoder = EncoderFacts(name="minilm", digest=EMBEDDINGS["minilm"].digest)
    write_small_heads(folder, "intent", **{"adapter": manifest().weights_digest, "encoder": encoder, **changes})


@pytest.mark.model
def test_heads_answer_beside_the_built_in_adapter_alone(real: Real) -> None:
    assert real.session().fusion is None  # there are none
    fitting(real.folder)
    fused = real.session().fusion
    assert isinstance(fused, Fusion)
    assert list(fused.blends) == ["intent"]
    for options in (
        {"heads": "none"},
        {"adapters": {"*": "none"}},
        {"shots": 2},
        {"style": "full"},
        {"probabilities": False},
        {"engine": "scripted"},
    ):
        assert real.session(**options).fusion is None, options
    assert list(real.session().digests()["heads_digests"]) == ["intent"]


@pytest.mark.model
def test_another_adapter_encoder_or_label_is_refused(real: Real) -> None:
    for changes, message in (
        ({"adapter": "b" * 64}, "fitted beside adapter bbbbbbbbbbbb"),
        ({"encoder": EncoderFacts(name="minilm", digest="b" * 64)}, "fitted on encoder 'minilm' bbbbbbbbbbbb"),
        ({"tasks": {"intent": TaskHeads(version="v0", fields={})}}, "learned its version 'v0'"),
    ):
        fitting(real.folder, **changes)
        with pytest.raises(ModelError, match=message):
            _ = real.session().fusion


@pytest.mark.model
def test_without_the_encoder_the_adapter_answers_alone_and_says_so_once(
    real: Real, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    def offline(name: str) -> ModelFolder:
        raise ModelError("pip could not fetch it.")

    fitting(real.folder)
    session = real.session()
    monkeypatch.setattr(built_in, "resolve_embedding_model", offline)
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "empty"))
    with caplog.at_level(logging.WARNING):
        assert session.fusion is None
        assert session.digests()["heads_digests"] == {}
    said = [one.getMessage() for one in caplog.records if "adapter answers alone" in one.getMessage()]
    assert len(said) == 1
    assert "fewsight models pull minilm" in said[0]


def test_answers_of_both_stand_in_the_ledger(
    table: Path, given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fusion(tmp_path / "heads", weight=3.0))
    found = answers("sentiment", table, tmp_path / "run", given)
    with Ledger.open(tmp_path / "run", read_only=True) as ledger:
        kept = {one.customer_id: one.probabilities for one in ledger.insights(run="main")}
    assert {name: shares["overall"] for name, _, shares in found} == {
        name: shares["overall"] for name, shares in kept.items()
    }
