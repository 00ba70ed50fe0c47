"""Whole evaluations: with the scripted engine, which needs no weights, and with classic models."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import NoReturn

import pytest

from fewsight.calibration import read_calibration
from fewsight.errors import ConfigError, InputError
from fewsight.evals.model import Report
from fewsight.evals.predictions.folder import read_all
from fewsight.evals.suite.config import make_suite
from fewsight.evals.suite.run import evaluate
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.run.calibrated import circumstances
from fewsight.serving.run.options import make_options
from fewsight.serving.run.session import open_session
from fewsight.tables import open_histories
from tests.evals.support import suite_of, write


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href") and value]


ARMS = [
    "majority",
    "tfidf-lr",
    "tfidf-svm",
    "zero-shot",
    "knn-2",
    {"name": "<script>alert(1)</script>", "arm": "random-2@6"},
    {"name": "a|b", "first": "tfidf-lr", "second": "knn-2", "below": 0.9},
]


def test_an_evaluation_leaves_reports_predictions_and_a_table(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    import pandas as pd

    out = tmp_path / "out"
    prices = {"currency": "EUR", "per_label": 0.2, "per_million_tokens": 1.0}
    report = evaluate(suite_of(task, files, model_path, ARMS, prices=prices, seeds=[0, 1]), out)
    assert Report.model_validate_json((out / "report.json").read_text()) == report
    field = report.tasks[0].fields[0]
    assert len(field.figures) == len(ARMS) + 1  # one arm draws, and there are two seeds
    assert field.figures["tfidf-lr"]["accuracy"].value == 1
    assert report.tasks[0].data.test_customers == 6
    assert field.figures["majority"]["accuracy"].customers == 6
    found = read_all(out)["toy"]["toy"]
    assert len(found) == len(field.figures)
    assert all(len(predictions) == 12 for predictions in found.values())
    assert len(pd.read_parquet(out / "results.parquet")) == 12 * len(found)
    assert report.tasks[0].arms[3].cost.price_per_1000
    text = (out / "report.json").read_text() + (out / "report.md").read_text()
    assert "money back" not in text
    page = (out / "report.html").read_text()
    parser = _Page()
    parser.feed(page)
    assert "script" not in parser.tags
    assert not parser.links
    assert "<b>order</b>" not in page
    assert "&lt;b&gt;order&lt;/b&gt;" in page
    assert "http" not in re.sub(r"<meta[^>]*>", "", page)
    assert len(re.findall(r"<summary>the prompt of (zero-shot|knn-2|&lt;script)", page)) == len(field.disagreements)
    assert "&lt;|im_start|&gt;user" in page
    for section in (
        "Given labels that may be wrong",
        "Arms",
        "Arm against arm",
        "Reliability",
        "Risk and coverage",
        "Disagreements",
        "By label",
    ):
        assert f"<h3>{section}" in page
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S).lower().split()
    for row in re.findall(r"^\|.*\|$", (out / "report.md").read_text(), flags=re.M):
        assert "<script" not in row


def test_robustness_and_slices_stand_in_the_report(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    tasks = [{"task": str(task), "slices": ["language"], **{name: str(path) for name, path in files.items()}}]
    given = {"tasks": tasks, "arms": ["tfidf-lr", "zero-shot"], "robustness": ["capitals", "injection"]}
    given["baselines"] = False
    report = evaluate(make_suite({**given, "model": str(model_path), "engine": "scripted"}), tmp_path / "out")
    field = report.tasks[0].fields[0]
    found = {(one.change, one.arm): one for one in field.flips}
    assert found["capitals", "tfidf-lr"].flipped.value == 0
    assert found["injection", "zero-shot"].obeyed is not None
    kept = read_calibration(tmp_path / "out" / "calibrations" / "toy" / "zero-shot.json")
    assert kept.fields["toy"].thresholds
    with open_histories(files["test"]) as histories:  # a run with the same options may use it
        session = open_session(make_options(tasks=("toy",), engine="scripted", model=str(model_path)), histories)
    assert kept.circumstances == circumstances(session, session.tasks[0])
    assert {(one.column, one.value) for one in field.slices} == {("language", "en")}
    assert field.figures["zero-shot"]["accuracy"].rows == 12
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<h3>Robustness" in page
    assert "<h3>Slices" in page
    with pytest.raises(ConfigError, match="no change 'x'"):
        make_suite({**given, "robustness": ["x"]})


def test_a_second_evaluation_computes_nothing_and_says_the_same(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = suite_of(task, files, model_path, ["tfidf-lr", "zero-shot"])
    first = evaluate(suite, tmp_path / "out")

    def never(*_: object, **__: object) -> NoReturn:
        raise AssertionError("nothing should be computed")

    idle = replace(find_engine("scripted"), start=never)
    monkeypatch.setattr("fewsight.serving.run.session.find_engine", lambda name: idle)
    monkeypatch.setattr("fewsight.evals.arms.kinds.classic.classify", never)
    assert evaluate(suite, tmp_path / "out") == first


def test_rows_that_change_are_answered_anew(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    suite = suite_of(task, files, model_path, ["zero-shot"])
    evaluate(suite, tmp_path / "out")
    write(files["test"], 9, 300)
    report = evaluate(suite, tmp_path / "out")
    assert report.tasks[0].fields[0].figures["zero-shot"]["accuracy"].rows == 18
    assert report.tasks[0].arms[0].failed == 0


def test_committed_predictions_are_scored_without_a_model(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    first = evaluate(suite_of(task, files, model_path, ["tfidf-lr"]), tmp_path / "out")
    kept = tmp_path / "out" / "predictions" / "toy" / "toy" / "tfidf-lr.jsonl"
    again = evaluate(suite_of(task, files, model_path, [f"predictions:{kept}"]), tmp_path / "other")
    one, other = (r.tasks[0].fields[0].figures for r in (first, again))
    assert one["tfidf-lr"]["log_loss"].value == pytest.approx(other[f"predictions:{kept}"]["log_loss"].value, abs=1e-4)
    write(files["test"], 9, 300)
    with pytest.raises(InputError, match=r"lacks 6 test rows"):
        evaluate(suite_of(task, files, model_path, [f"predictions:{kept}"]), tmp_path / "third")
