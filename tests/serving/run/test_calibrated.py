import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fewsight import run
from fewsight.calibration import Calibration, FieldCalibration, Threshold
from fewsight.calibration.steps import Prior, Temperature
from fewsight.errors import ConfigError
from fewsight.serving.run.answering import Answering, Relabelling
from fewsight.serving.run.calibrated import circumstances
from fewsight.serving.run.options import make_options
from fewsight.serving.run.session import open_session
from fewsight.tables import open_histories

HALF = Threshold(risk=0.1, confidence=0.95, threshold=0.5, rows=400, coverage=0.8)
NEVER = Threshold(risk=0.01, confidence=0.95, threshold=None, rows=400, coverage=0.0)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    rows = [f"c{i},2026-01-0{i % 9 + 1},message,Where is parcel {i}?" for i in range(20)]
    path.write_text("\n".join(["customer_id,time,kind,text", *rows]) + "\n")
    return path


@pytest.fixture
def given(model_path: Path) -> dict[str, Any]:
    return {"engine": "scripted", "model": str(model_path)}


def fitted(table: Path, given: dict[str, Any], **changes: Any) -> Calibration:
    with open_histories(table) as histories:
        session = open_session(make_options(tasks=("intent",), **given), histories)
        here = circumstances(session, session.tasks[0])
    field = FieldCalibration(steps=(Temperature(temperature=3.0),), thresholds=(NEVER, HALF), rows=400)
    return Calibration(circumstances=here, fields={"intent": field.model_copy(update=changes)})


def test_calibrated_probabilities_keep_the_label(table: Path, given: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    fitted(table, given).write(path)
    plain = list(run("intent", table, tmp_path / "plain", **given))
    found = list(run("intent", table, tmp_path / "run", calibrations=(str(path),), **given))
    for before, after in zip(plain, found, strict=True):
        assert before.answer == after.answer
        mine, theirs = before.probabilities["intent"], after.probabilities["intent"]
        assert max(theirs.values()) < max(mine.values())
        assert sum(theirs.values()) == pytest.approx(1)


def test_doubtful_answers_go_to_review_once(table: Path, given: dict[str, Any], tmp_path: Path) -> None:
    path, out = tmp_path / "c.json", tmp_path / "run"
    fitted(table, given).write(path)
    limited = {"calibrations": (str(path),), "max_error": 0.15, **given}
    run("intent", table, out, limit=12, **limited)
    found = run("intent", table, out, **limited)  # goes on with the rest
    doubtful = {i.customer_id for i in found if i.answer and i.probabilities["intent"][i.answer["intent"]] < 0.5}
    lines = [json.loads(line) for line in (out / "review.jsonl").read_text().splitlines()]
    assert [line["customer_id"] for line in lines] == sorted(doubtful, key=lambda name: int(name.removeprefix("c")))
    assert 0 < len(lines) <= 20
    assert found.summaries[-1].review == len(lines)
    assert lines[0]["doubtful"]["intent"]["needed"] == 0.5
    assert lines[0]["answer"]["intent"] == lines[0]["doubtful"]["intent"]["answered"]
    with pytest.raises(ConfigError, match=r"max_error: 0.15 -> 0.2"):
        run("intent", table, out, **{**limited, "max_error": 0.2})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_error": 0.05}, "only what can't be promised is fitted up to there: the 400 calibration rows"),
        ({"max_error": 0.001}, "its calibration has 0.01, 0.1"),
        ({"max_error": 2.0}, "is no share between 0 and 1"),
        ({"probabilities": False}, "need --probabilities on"),
        ({"style": "compact"}, "was fitted for template"),
        ({"shots": 2}, "was fitted for shots 'none'"),
        ({"mask": False}, "was fitted for template"),
    ],
)
def test_what_does_not_hold_is_refused(
    options: dict[str, Any], message: str, table: Path, given: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "c.json"
    fitted(table, given).write(path)
    if message.startswith("only"):
        message = "the 400 calibration rows do not allow it"
    with pytest.raises(ConfigError, match=message):
        run("intent", table, tmp_path / "run", calibrations=(str(path),), **given, **options)


def test_files_must_fit_the_tasks(table: Path, given: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    fitted(table, given).write(path)
    twice = {"calibrations": (str(path), str(path)), **given}
    with pytest.raises(ConfigError, match="two files of task 'intent'"):
        run("intent", table, tmp_path / "run", **twice)
    with pytest.raises(ConfigError, match="is of task 'intent', and sentiment is run"):
        run("sentiment", table, tmp_path / "run", calibrations=(str(path),), **given)
    with pytest.raises(ConfigError, match="--max-error takes a --calibration of 'intent'"):
        run("intent", table, tmp_path / "run", max_error=0.1, **given)


def test_a_division_by_the_mean_answer_chooses_the_label(table: Path, given: dict[str, Any], tmp_path: Path) -> None:
    path, out = tmp_path / "c.json", tmp_path / "run"
    plain = list(run("intent", table, out, **given))
    labels = plain[0].probabilities["intent"]
    favoured = max(labels, key=labels.__getitem__)
    prior = Prior(source="batch", shares={label: 0.9 if label == favoured else 0.1 / len(labels) for label in labels})
    fitted(table, given, steps=(prior, Temperature(temperature=2.0))).write(path)
    with pytest.raises(ConfigError, match="other options"):
        run("intent", table, out, calibrations=(str(path),), **given)
    found = list(run("intent", table, tmp_path / "other", calibrations=(str(path),), **given))
    changed = 0
    for before, after in zip(plain, found, strict=True):
        shares = before.probabilities["intent"]
        expected = max(shares, key=lambda label: shares[label] / prior.shares[label])
        assert after.answer is not None
        assert after.answer["intent"] == expected
        assert max(after.probabilities["intent"], key=after.probabilities["intent"].__getitem__) == expected
        changed += expected != max(shares, key=shares.__getitem__)
    assert changed > 0


def test_answers_under_other_labels_are_not_taken_from_the_ledger(
    table: Path, given: dict[str, Any], tmp_path: Path
) -> None:
    with open_histories(table) as histories:
        options = make_options(tasks=("intent",), **given)
        session = open_session(options, histories)
        (item,) = session.preparer.items([next(iter(histories))], "shots-first", ["intent"])
    (group,) = session.groups()
    engine = group.start()
    relabelled = Relabelling({"intent": "x"}, lambda task, path, shares: min(shares))
    plans = []
    for one in (None, relabelled, replace(relabelled, digests={"intent": "y"}), replace(relabelled, digests={})):
        answerer = Answering(engine, session.preparer, options, adapter=None, relabelling=one)
        plans.append(answerer.plan_digest(item))
    assert plans[0] == plans[3]
    assert len(set(plans)) == 3


def test_a_label_that_others_follow_is_not_changed(table: Path, given: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    with open_histories(table) as histories:
        session = open_session(make_options(tasks=("sentiment",), **given), histories)
        here = circumstances(session, session.tasks[0])
    even = Prior(source="batch", shares=dict.fromkeys(("positive", "neutral", "mixed", "negative"), 0.25))
    Calibration(circumstances=here, fields={"overall": FieldCalibration(steps=(even,), rows=9)}).write(path)
    with pytest.raises(ConfigError, match="'overall' by their mean, which may change its labels, and the fields after"):
        run("sentiment", table, tmp_path / "run", calibrations=(str(path),), **given)


def test_shots_count_by_what_they_say_not_by_their_ids(table: Path, given: dict[str, Any]) -> None:
    with open_histories(table) as histories:
        session = open_session(make_options(tasks=("intent",), shots=2, **given), histories)
    task = session.tasks[0]
    renamed = replace(task, shots=tuple(replace(shot, id=f"x{shot.id}") for shot in task.shots))
    fewer = replace(task, shots=task.shots[1:])
    here = circumstances(session, task).shots
    assert here.startswith("balanced-2 ")
    assert circumstances(session, renamed).shots == here
    assert circumstances(session, fewer).shots != here
