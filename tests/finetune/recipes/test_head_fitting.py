import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from fewsight.finetune.recipes.head_fitting import FACT_SCALE, LEAST_DEVIATION, Rows, choose, fit_head, pooled, refitted
from fewsight.finetune.recipes.head_report import FieldResult, report
from fewsight.serving.answerers.features import FACTS, VIEWS
from fewsight.serving.answerers.fusion import Blend, Opinion, fuse
from fewsight.serving.answerers.heads import SMOOTHING, columns, probabilities

SIZE = 4
READ = tuple(VIEWS)
LABELS = 3


def rows(count: int, seed: int, *, telling: float) -> Rows:
    """Rows whose view `newest` tells the label as well as `telling` says; facts have scales of their own."""
    chance = np.random.default_rng(seed)
    gold = chance.integers(0, LABELS, count)
    features = chance.normal(size=(count, SIZE * len(READ) + FACTS))
    features[np.arange(count), gold] += telling
    features[:, SIZE * len(READ) :] = features[:, SIZE * len(READ) :] * 7 + 30
    return Rows(features, gold, np.ones(count))


def test_standardised_facts_are_folded_into_the_weights() -> None:
    some = rows(200, 0, telling=2.0)
    standard = some.features.copy()
    told = standard[:, -FACTS:]
    standard[:, -FACTS:] = (told - told.mean(0)) / np.maximum(told.std(0), LEAST_DEVIATION) * FACT_SCALE
    model = LogisticRegression(C=5.0, max_iter=150).fit(standard, some.gold)
    expected = (1 - SMOOTHING) * model.predict_proba(standard) + SMOOTHING / LABELS
    assert probabilities(fit_head(some, LABELS, 5.0), some.features) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("seen", [[0, 2], [1, 2]])
def test_labels_without_rows_are_as_improbable_as_the_smoothing_leaves_them(seen: list[int]) -> None:
    some = rows(200, 0, telling=2.0)
    kept = np.isin(some.gold, seen)
    part = Rows(some.features[kept], some.gold[kept], some.weights[kept])
    shares = probabilities(fit_head(part, LABELS, 1.0), part.features)
    (never,) = {0, 1, 2} - set(seen)
    assert shares[:, never] == pytest.approx(SMOOTHING / LABELS, rel=1e-3)
    assert (shares.argmax(axis=1) == part.gold).mean() > 0.7


def test_a_head_that_knows_more_than_the_adapter_counts() -> None:
    even = np.full((150, LABELS), 1 / LABELS)
    fit, chosen = rows(300, 0, telling=3.0), rows(150, 1, telling=3.0)
    choice = choose(fit, chosen, even, READ)
    assert choice.weight > 0
    assert "newest" in choice.views
    assert choice.both.right > 0.8 > choice.adapter.right
    assert choice.both.log_loss < choice.adapter.log_loss
    head = refitted(fit, choice, READ, LABELS)
    shares = probabilities(head, columns(chosen.features, READ, choice.views))
    assert (shares.argmax(axis=1) == chosen.gold).mean() == pytest.approx(choice.head.right)


def test_a_head_that_knows_nothing_does_not() -> None:
    chosen = rows(150, 1, telling=0.0)
    adapter = np.full((150, LABELS), 0.01)
    adapter[np.arange(150), chosen.gold] = 0.98
    choice = choose(rows(300, 0, telling=0.0), chosen, adapter, READ)
    assert choice.weight == 0
    assert choice.both == choice.adapter


def test_a_head_that_counts_alone_beside_a_sure_and_wrong_adapter_is_as_good_as_alone() -> None:
    fit, chosen = rows(300, 0, telling=4.0), rows(150, 1, telling=4.0)
    adapter = np.full((150, LABELS), 1e-9)
    adapter[:, 0] = 1.0
    choice = choose(fit, chosen, adapter, READ)
    assert choice.both.right == pytest.approx(choice.head.right, abs=0.02)
    assert choice.both.log_loss == pytest.approx(choice.head.log_loss, abs=0.1)


def test_many_rows_are_pooled_as_one_is_in_a_run() -> None:
    adapter, head = np.array([[0.7, 0.2, 0.1], [1.0, 0.0, 0.0]]), np.array([[0.1, 0.6, 0.3], [0.2, 0.3, 0.5]])
    names = ("a", "b", "c")
    for mine, theirs, both in zip(adapter, head, pooled(adapter, head, 0.75, 1.5), strict=True):
        opinion = Opinion.of(dict(zip(names, theirs, strict=True)), Blend(0.75, 1.5))
        assert fuse(names, mine.tolist(), opinion) == pytest.approx(both)


def test_the_report_counts_customers() -> None:
    wrong, right = np.array([False] * 6 + [True] * 4), np.array([True] * 8 + [False] * 2)
    names = tuple("abcdefghij")
    fields = [FieldResult("sentiment", f"aspects.{one}", names, wrong, right, right) for one in ("price", "service")]
    lines = report(fields).splitlines()
    assert lines[2].startswith("| sentiment: aspects.price | 10 | 40.0 (")
    assert "| 80.0 (" in lines[2]
    assert "| +40.0 (" in lines[2]
    whole = lines[4]
    assert whole.startswith("| sentiment: all aspects | 20 |")
    # Both fields of a customer are right or wrong together here, so twice the rows tell no more.
    assert whole.split("|")[3] == lines[2].split("|")[3]
