"""The cheapest arm that is good enough, on planted answers."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from fewsight.errors import ConfigError
from fewsight.evals.model import ArmPart, Choice, Cost, Group, Report
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.evals.report.choice_sentence import choice_sentence
from fewsight.evals.scores.choosing import cheapest_good
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.margins import non_inferiority, not_worse_p
from fewsight.statistics.statistic import mean
from tests.evals.support import invoke, write

LABELS = ("a", "b")


def answers(right: "list[bool] | np.ndarray", each: int = 1) -> Predictions:
    """Rows of customers with `each` rows, right or wrong as they are told."""
    rows = tuple(
        Prediction(f"r{number}", f"c{number // each}", "a", "a" if hit else "b") for number, hit in enumerate(right)
    )
    return Predictions(LABELS, rows)


def wrong_on(places: range, rows: int = 2000) -> Predictions:
    return answers([number not in places for number in range(rows)])


def arm(name: str, kind: Group = "baseline", *, seconds: float | None = None, price: float | None = None) -> ArmPart:
    cost = Cost(seconds=seconds, price_per_1000=price)
    return ArmPart(name=name, kind=kind, family=name, description="", cost=cost)


def choose(field: dict[str, Predictions], arms: list[ArmPart], margin: float = 0.01) -> Choice:
    choice = cheapest_good([field], arms, "accuracy", margin)
    assert choice is not None
    return choice


FIELD = {"poor": wrong_on(range(600)), "good": wrong_on(range(200)), "best": wrong_on(range(2, 198))}
TIMED = [arm("best", "adapter", seconds=90.0), arm("good", "prompt", seconds=30.0), arm("poor", seconds=1.0)]


def test_the_cheapest_that_is_near_enough_is_chosen() -> None:
    choice = choose(FIELD, TIMED)
    assert (choice.arm, choice.best, choice.measure) == ("good", "best", "seconds")
    assert [one.arm for one in choice.standings] == ["poor", "good"]
    poor, good = choice.standings
    assert not poor.is_shown
    assert (good.rival, good.cost) == ("best", 15.0)
    assert good.difference.value == pytest.approx(-0.002)
    assert choice_sentence(choice, "prompt", "accuracy").startswith(
        "Prompt: good is the cheapest arm (by time) that is shown not to be worse than any other by more than 1 point ("
    )


def test_a_wider_margin_takes_a_cheaper_arm_and_a_narrow_one_the_best() -> None:
    assert choose(FIELD, TIMED, 0.3).arm == "poor"
    narrow = choose(FIELD, TIMED, 0.002)
    assert narrow.shown is None
    assert narrow.arm == "best"
    assert choice_sentence(narrow, "adapter", "accuracy") == (
        "Fine-tune: best has the highest accuracy, and no cheaper arm is shown not to be worse than any other by more "
        "than 0.2 points."
    )


@pytest.mark.parametrize("kind", get_args(Group))
def test_every_kind_of_arm_has_a_sentence_for_each_case(kind: Group) -> None:
    near, dearest = choose(FIELD, TIMED), choose(FIELD, TIMED, 0.002)
    field = {"x": answers([True, False] * 3), "y": answers([False, True] * 3)}
    few = choose(field, [arm("x", seconds=1), arm("y", seconds=2)])
    assert [one.shown is not None for one in (near, dearest, few)] == [True, False, False]
    sentences = [choice_sentence(one, kind, "accuracy") for one in (near, dearest, few)]
    assert [
        f"{choice.arm} {words}" in sentence
        for choice, words, sentence in zip(
            (near, dearest, few), ("is the cheapest arm", "has the highest", "has the highest"), sentences, strict=True
        )
    ] == [True] * 3
    assert "enough" not in sentences[1], "nothing dearer was tried"


def test_few_rows_show_nothing() -> None:
    chance = np.random.default_rng(1)
    field = {name: answers(chance.random(40) < 0.8) for name in ("x", "y")}
    arms = [arm("x", seconds=1.0), arm("y", "fused", seconds=2.0)]
    choice = choose(field, arms)
    assert choice.shown is None
    best = next(one for one in arms if one.name == choice.arm)
    said = choice_sentence(choice, best.kind, "accuracy")
    assert "has the highest accuracy" in said
    assert choice.arm in {one.arm for one in choice.standings}
    assert said.startswith("These rows are too few to choose by: ")  # what is not shown is not called enough


def test_rows_of_a_customer_count_once() -> None:
    """What 2,000 customers show, 20 of a hundred rows each do not, where whole customers are right or wrong."""
    cheap = [number // 100 != 3 for number in range(2000)]
    dear = [number // 100 != 7 for number in range(2000)]
    arms = [arm("cheap", seconds=1.0), arm("dear", seconds=2.0)]
    assert choose({"cheap": answers(cheap), "dear": answers(dear)}, arms, 0.02).arm == "cheap"
    clustered = choose({"cheap": answers(cheap, 100), "dear": answers(dear, 100)}, arms, 0.02)
    assert clustered.shown is None


def test_arms_are_ordered_by_price_then_time_then_kind() -> None:
    field = dict.fromkeys(("a", "b"), wrong_on(range(5)))
    both = [arm("a", "adapter", seconds=1.0, price=2.0), arm("b", "prompt", seconds=2.0, price=1.0)]
    assert (choose(field, both).measure, choose(field, both).arm) == ("price", "b")
    timed = [both[0], arm("b", "prompt", seconds=2.0)]
    assert (choose(field, timed).measure, choose(field, timed).arm) == ("seconds", "a")
    kinds = [both[0], arm("b", "prompt")]
    assert (choose(field, kinds).measure, choose(field, kinds).arm) == ("kind", "b")
    pool = [arm("a", "fused"), arm("b", "given")]
    assert choose(field, pool).arm == "b", "a pool costs what its arms cost together"


def test_several_fields_count_by_their_mean() -> None:
    fields = [
        {"x": wrong_on(range(100)), "y": wrong_on(range(0))},
        {"x": wrong_on(range(0)), "y": wrong_on(range(96))},
    ]
    arms = [arm("x", seconds=1.0), arm("y", seconds=2.0)]
    choice = cheapest_good(fields, arms, "accuracy", 0.03)
    assert choice is not None
    assert choice.standings[0].difference.value == pytest.approx((-100 + 96) / 2 / 2000)
    assert choice.standings[0].cost == 0.5
    assert choice.arm == "x"
    with pytest.raises(ConfigError, match="margin must be above 0"):
        cheapest_good(fields, arms, "accuracy", 0.0)


def test_one_arm_is_no_choice() -> None:
    assert cheapest_good([FIELD], TIMED[:1], "accuracy", 0.01) is None
    assert cheapest_good([FIELD, {"best": FIELD["best"]}], TIMED, "accuracy", 0.01) is None
    assert cheapest_good([], TIMED, "accuracy", 0.01) is None


def test_the_p_value_agrees_with_the_gates_interval() -> None:
    chance = np.random.default_rng(4)
    verdicts = set()
    for _ in range(60):
        gaps = mean(chance.normal(0, 0.3, 120))
        clusters = np.arange(120) // 2
        verdict = non_inferiority(cluster_interval(gaps, clusters), 0.05).verdict
        verdicts.add(verdict)
        assert (not_worse_p(gaps, clusters, 0.05) < 0.025) == (verdict == "not worse")
    assert {"not worse", "undecided"} <= verdicts
    assert not_worse_p(mean(np.zeros(5)), np.zeros(5, dtype=np.int64), 0.05) == 1
    assert not_worse_p(mean(np.zeros(5)), np.arange(5), 0.05) == 0


@pytest.mark.parametrize("arms", [2, 6])
def test_an_arm_that_is_worse_by_the_margin_is_seldom_chosen(arms: int) -> None:
    """All but the dearest are worse by just the margin: any of them is called good in at most 2.5 % of evaluations."""
    chance, wrongly, times = np.random.default_rng(5), 0, 200
    parts = [arm(f"arm{number}", seconds=float(number)) for number in range(arms)]
    for _ in range(times):
        shares = [*([0.80] * (arms - 1)), 0.83]
        field = {part.name: answers(chance.random(400) < share) for part, share in zip(parts, shares, strict=True)}
        wrongly += choose(field, parts, 0.03).shown is not None
    assert wrongly / times <= 0.025 + 2 * (0.025 * 0.975 / times) ** 0.5


def test_an_evaluation_says_first_which_arm_to_take(task: Path, files: dict[str, Path], tmp_path: Path) -> None:
    files["test"] = write(tmp_path / "test.csv", 40, 200)
    common = [f"--{name}={path}" for name, path in files.items()]
    arms = ("--arms=majority,tfidf-lr,tfidf-svm", "--no-baselines")
    out = tmp_path / "out"
    result = invoke("eval", "toy", *common, *arms, "--within", "70", "--out", out)
    assert result.exit_code == 0, result.output
    report = Report.model_validate_json((out / "report.json").read_text())
    choice = report.tasks[0].choice
    assert choice is not None
    assert (choice.margin, choice.measure, len(choice.standings)) == (0.7, "seconds", 2)
    assert choice.arm == "majority"  # half of the rows are right, and nothing takes less time
    assert report.sentences[0].startswith("Neither prompt nor fine-tune: majority is the cheapest arm (by time)")
    assert report.sentences[0] in result.output.replace("\n", " ")
    for name in ("report.md", "report.html"):
        assert "The cheapest good arm" in (out / name).read_text()
    refused = invoke("eval", "toy", *common, *arms, "--within", "0", "--out", out)
    assert "within: Input should be greater than 0" in str(refused.exception)
