"""Arms over facts: fitted on customer-moments, answered by the run that a saved answerer is."""

import json
from pathlib import Path

import numpy as np
import pytest

from fewsight.errors import InputError
from fewsight.evals.fitting.facts import fit_linear, fit_trees
from fewsight.evals.model import FieldPart
from fewsight.evals.suite.config import read_suite
from fewsight.evals.suite.run import evaluate
from fewsight.events import CustomerHistory
from fewsight.outcomes import read_outcome
from fewsight.outcomes.labelled import Plan
from fewsight.outcomes.sides import Sides
from fewsight.outcomes.windows import Windows
from fewsight.prompts.predicting.making import prepare
from fewsight.serving.answerers.facts.columns import FactColumns, learn_columns
from fewsight.serving.answerers.facts.models import linear_shares, tree_shares
from tests.core.outcomes.support import at, event, history


def people(count: int) -> list[CustomerHistory]:
    """Who buys tea goes on; who buys soap stops, which the city tells half of the time."""
    found = []
    for n in range(count):
        stays = n % 2 == 0
        days = range(n % 7, 200 if stays else 90 + n % 40, 8 + n % 3)
        city = ("Ulm" if stays else "Bonn") if n % 3 else "Kiel"
        found.append(
            history(*(event(day, amount=1000 + n) for day in days), name=f"c{n}", city=city, age=str(20 + n % 50))
        )
    return found


def prepared(out: Path, outcome: str, arms: list[str]) -> Path:
    windows = Windows(read_outcome(outcome), at(200), moments=(at(120), at(150)))
    prepare("future", people(240), Plan(windows, Sides(test=0.3, calibration=0.2)), out)
    suite = out / "suite.toml"
    suite.write_text(suite.read_text().replace('"majority",\n', "".join(f'"{arm}",\n' for arm in ["majority", *arms])))
    return suite


def test_arms_over_facts_predict_and_are_pooled(tmp_path: Path) -> None:
    suite = prepared(tmp_path, "no order within 40 days", ["btyd", "fused:facts-lr+facts-gbm"])
    report = evaluate(read_suite(suite), tmp_path / "eval")
    (field,) = report.tasks[0].fields
    assert field.headline == "auc"
    figures = {arm: field.figures[arm]["auc"].value for arm in field.figures}
    assert figures.keys() == {"majority", "facts-lr", "facts-gbm", "btyd", "fused:facts-lr+facts-gbm"}
    assert figures["majority"] == 0.5
    assert min(figures["facts-lr"], figures["facts-gbm"], figures["fused:facts-lr+facts-gbm"]) > 0.9
    assert {"average_precision", "lift_at_10", "precision_at_20", "brier"} <= field.figures["facts-lr"].keys()
    manifest = next((tmp_path / "eval" / "arms").rglob("facts-gbm-*/answerer/answerer.json"))
    assert json.loads(manifest.read_text())["parts"]["facts-gbm"]["kind"] == "facts"


def test_numbers_are_judged_by_their_expected_value(tmp_path: Path) -> None:
    suite = prepared(tmp_path, "count of orders in 40 days", [])
    (field,) = evaluate(read_suite(suite), tmp_path / "eval").tasks[0].fields
    errors = {arm: figures["root_mean_square_error"].value for arm, figures in field.figures.items()}
    for arm in ("facts-lr", "facts-gbm"):
        assert errors[arm] < errors["majority"] / 2
        assert field.figures[arm]["total_ratio"].value == pytest.approx(1, abs=0.15)
    assert field.pairs_by_error.keys() == {"mean_absolute_error", "root_mean_square_error"}
    by_arms = {(pair.first, pair.second): pair for pair in field.pairs_by_error["mean_absolute_error"]}
    pair = by_arms["majority", "facts-lr"]
    assert pair.is_shown
    gap = errors_of(field, "mean_absolute_error", "majority") - errors_of(field, "mean_absolute_error", "facts-lr")
    assert pair.difference.value == pytest.approx(gap)
    assert any(line.startswith("By mean error the best is ") for line in field.sentences)
    assert "By mean error, the row's less the column's" in (tmp_path / "eval/report.md").read_text()


def errors_of(field: FieldPart, metric: str, arm: str) -> float:
    return field.figures[arm][metric].value


def test_numbers_that_were_made_elsewhere_stand_beside_the_arms(tmp_path: Path) -> None:
    suite = prepared(tmp_path, "count of orders in 40 days", [])
    lines = [json.loads(line) for line in (tmp_path / "test.jsonl").read_text().splitlines()]
    first = evaluate(read_suite(suite), tmp_path / "eval").tasks[0].fields[0]
    committed = next((tmp_path / "eval/predictions").rglob("facts-lr.jsonl")).read_text().splitlines()
    rows = [json.loads(line) for line in committed[1:]]
    for row, line in zip(rows, lines, strict=True):
        row.pop("probabilities")
        row |= {"predicted": None, "number": line["value"]}
    (tmp_path / "right.jsonl").write_text("\n".join([committed[0], *map(json.dumps, rows)]))
    suite.write_text(suite.read_text().replace('"majority",\n', '"predictions:right.jsonl",\n'))
    (field,) = evaluate(read_suite(suite), tmp_path / "again").tasks[0].fields
    assert errors_of(field, "mean_absolute_error", "predictions:right.jsonl") == 0
    assert field.figures["predictions:right.jsonl"]["spearman"].value == pytest.approx(1)
    assert field.figures["predictions:right.jsonl"]["accuracy"].value > first.figures["majority"]["accuracy"].value
    assert "predictions:right.jsonl, 0.000 (0.000 to 0.000); that is" in " ".join(field.sentences)
    kept = next((tmp_path / "again/predictions").rglob("*right.jsonl.jsonl"))
    assert json.loads(kept.read_text().splitlines()[1])["number"] == lines[0]["value"]


def test_saved_models_answer_as_scikit_learn_does() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    import fewsight.evals.fitting.facts as fitting

    chance = np.random.default_rng(0)
    columns = chance.normal(size=(300, 5))
    columns[chance.random((300, 5)) < 0.1] = np.nan
    for classes in (2, 3):
        codes = (np.nan_to_num(columns[:, 0]) > 0).astype(np.int64) + (classes > 2) * (np.nan_to_num(columns[:, 1]) > 1)
        tensors = fit_trees(columns, codes, np.arange(300))
        rounds = len(tensors["trees"])
        wanted: HistGradientBoostingClassifier = fitting._boosting(rounds).fit(columns, codes)
        found = tree_shares(tensors["trees"], tensors["base"], columns)
        assert np.allclose(found, wanted.predict_proba(columns), atol=1e-6)
        scaling, linear = fit_linear(columns, codes, np.arange(300))
        shares = linear_shares(linear["weights"], scaling.features(columns))
        assert shares.shape == (300, classes)
        assert (shares.argmax(axis=1) == codes).mean() > 0.8


def test_columns_are_those_of_training_rows() -> None:
    rows = [one.as_of(at(120)) for one in people(30)]
    columns, values = learn_columns(rows, 40)
    assert values.shape == (30, len(columns.names))
    assert "profile.age" in columns.numbers
    assert columns.texts["profile.city"] == ("Bonn", "Kiel", "Ulm")
    again = FactColumns.from_dict(json.loads(json.dumps(columns.as_dict())))
    assert np.array_equal(again.read(rows), values, equal_nan=True)
    stranger = history(event(3), name="x", city="Rom").as_of(at(120))
    read = dict(zip(columns.names, again.read([stranger])[0], strict=True))
    assert [read[f"profile.city={city}"] for city in ("Bonn", "Kiel", "Ulm")] == [0, 0, 0]
    assert np.isnan(read["profile.age"])


def test_too_few_customers_for_models_of_buying_are_named(tmp_path: Path) -> None:
    windows = Windows(read_outcome("no order within 40 days"), at(200), moments=(at(150),))
    prepare("future", people(60), Plan(windows, Sides()), tmp_path)
    suite = tmp_path / "suite.toml"
    suite.write_text(suite.read_text().replace('"facts-lr",\n', '"btyd",\n'))
    with pytest.raises(InputError, match="'btyd': no column of models of buying"):
        evaluate(read_suite(suite), tmp_path / "eval")
