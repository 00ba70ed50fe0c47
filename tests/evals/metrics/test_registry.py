"""A metric that is defined elsewhere takes part in an evaluation and its report."""

from pathlib import Path

import numpy as np
import pytest

from fewsight.errors import ConfigError
from fewsight.evals.metrics.base import METRICS, Metric, MetricInput, comparison, label_metric, register
from fewsight.evals.predictions import Predictions
from fewsight.evals.suite.run import evaluate
from fewsight.statistics.intervals import Interval, wilson
from fewsight.statistics.statistic import Statistic, share
from tests.evals.support import suite_of


@pytest.fixture
def own_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two metrics that are there for one test: one to compare arms by, and one of which less is better."""
    monkeypatch.setattr(METRICS, "_entries", dict(METRICS.entries))

    @label_metric("first label found")
    def first_label_recall(predictions: Predictions) -> Statistic:
        return share(predictions.predicted == predictions.gold, predictions.gold == 0)

    def unsure(given: MetricInput) -> Interval | None:
        known = given.predictions.has_probabilities
        return wilson(int(np.sum(~known)), len(known)) if known.any() else None

    register(Metric("unsure_share", "rows without probabilities", unsure, higher_is_better=False))


def test_it_stands_in_the_report_and_arms_are_compared_by_it(
    own_metrics: None, task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    suite = suite_of(task, files, model_path, ["majority", "tfidf-lr"], metric="first_label_recall")
    field = evaluate(suite, tmp_path / "out").tasks[0].fields[0]
    assert field.headline == "first_label_recall"
    assert field.figures["tfidf-lr"]["first_label_recall"].value == 1
    assert field.figures["majority"]["unsure_share"].value == 0
    assert field.pairs[0].difference.rows == 6
    assert any("has the highest first label found: 100.0 %" in line for line in field.sentences)
    for name in ("report.md", "report.html"):
        text = (tmp_path / "out" / name).read_text()
        assert "first label found" in text
        assert "rows without probabilities ↓" in text


def test_a_name_is_taken_once(own_metrics: None) -> None:
    with pytest.raises(ConfigError, match=r"metric .accuracy. is registered twice"):
        register(METRICS["accuracy"])


def test_what_arms_can_not_be_compared_by_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no metric 'acuracy' to compare by. Did you mean 'accuracy'"):
        comparison("acuracy")
    with pytest.raises(ConfigError, match="no metric 'log_loss' to compare by"):
        comparison("log_loss")


def test_all_metrics_register_and_none_by_another_name() -> None:
    assert {"accuracy", "mcc", "brier", "spearman", "in_scope_accuracy", "schema_validity"} <= set(METRICS.entries)
    assert all(metric.name == name for name, metric in METRICS.entries.items())
    assert all(metric.higher_is_better for metric in METRICS.entries.values() if metric.statistic is not None)
