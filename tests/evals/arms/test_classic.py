"""Arms without a language model, and which of them stand beside."""

import json
from pathlib import Path
from typing import Any

import pytest

from fewsight.evals.arms.kinds.classic import ClassicArm, classified
from fewsight.evals.suite.baselines import added_baselines
from fewsight.evals.suite.run import evaluate
from tests.evals.support import suite_of


def test_classic_arms_stand_beside_what_is_named(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "empty"))
    suite = suite_of(task, files, model_path, ["zero-shot", {"name": "mine", "arm": "tfidf-svm"}], baselines=True)
    report = evaluate(suite, tmp_path / "out")
    assert [arm.name for arm in report.tasks[0].arms] == ["zero-shot", "mine", "majority", "tfidf-lr"]
    assert any("embeddings-lr was left out" in note for note in report.tasks[0].data.notes)
    del files["train"]
    alone = suite_of(task, files, model_path, ["zero-shot"], baselines=True)
    assert [arm.name for arm in evaluate(alone, tmp_path / "alone").tasks[0].arms] == ["zero-shot"]


def test_no_classic_arm_is_added_where_it_could_not_learn_a_field(model_path: Path, tmp_path: Path) -> None:
    answers: dict[str, Any] = {
        "train": {"overall": "positive"},
        "test": {"overall": "negative", "aspects": {"price": "negative"}},
    }
    files = {name: tmp_path / f"{name}.jsonl" for name in answers}
    for name, answer in answers.items():
        rows = [{"id": f"{name}-{i}", "text": f"{name} {i}", "answer": answer} for i in range(3)]
        files[name].write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = evaluate(suite_of(Path("sentiment"), files, model_path, ["zero-shot"], baselines=True), tmp_path / "out")
    assert [arm.name for arm in report.tasks[0].arms] == ["zero-shot"]
    assert "no classic arm was added, because no training row gives aspects.price" in report.tasks[0].data.notes


def test_added_arms_learn_from_a_bounded_number_of_rows(
    task: Path, files: dict[str, Path], model_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path))
    suite = suite_of(task, files, model_path, ["tfidf-svm"], baselines=True)
    added, _ = added_baselines(suite, suite.all_arms(), 1_000_000)
    assert [arm.name for arm in added] == ["majority@20000", "tfidf-lr@20000"]
    assert all(isinstance(arm, ClassicArm) and arm.labels == 20_000 for arm in added)


def test_classic_models_say_how_sure_they_are() -> None:
    train, labels = ["give money", "money back", "parcel late", "late parcel"], ["r", "r", "l", "l"]
    for kind in ("tfidf-lr", "tfidf-svm"):
        found = classified(kind, train, labels, ["money", "parcel", "", "!?"])
        assert [label for label, _ in found.answers[:2]] == ["r", "l"]
        assert all(bool(shares) == (kind == "tfidf-lr") for _, shares in found.answers)
    assert classified("majority", train, [*labels[:3], "r"], ["x"]).answers == [("r", {"r": 0.75, "l": 0.25})]
    assert classified("tfidf-lr", train, ["r"] * 4, ["x"]).answers == [("r", {"r": 1.0})]
