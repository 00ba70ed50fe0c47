"""An arm that pools others."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.errors import ConfigError
from fewsight.evals.arms.answers import Answers, RowAnswer
from fewsight.evals.arms.context import Context, Defaults
from fewsight.evals.arms.reading import check_names, make_arm
from fewsight.evals.model import Cost
from fewsight.events import CustomerHistory
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.loading.labelling import classification_task
from tests.evals.support import invoke, suite_of, write

DEFAULTS = Defaults("m", "scripted", "auto", "tfidf", 512, None, None)
TASK = classification_task("toy", ["x", "y"])
CONTEXT = Context(TASK, (), Path(), DEFAULTS)
PATH = "toy"


def rows(part: str, labels: str) -> list[GoldRow]:
    return [
        GoldRow(f"{part}{number}", number, CustomerHistory(customer_id=f"c{number}"), {PATH: label}, "en")
        for number, label in enumerate(labels)
    ]


def answered(share: float | None) -> RowAnswer:
    if share is None:
        return RowAnswer({PATH: None}, error="too long")
    shares = {"x": share, "y": 1 - share}
    return RowAnswer({PATH: max(shares, key=lambda label: shares[label])}, {PATH: shares})


def answers(by_part: dict[str, list[RowAnswer]], cost: Cost | None = None) -> Answers:
    parts = {part: {f"{part}{number}": one for number, one in enumerate(of)} for part, of in by_part.items()}
    return Answers(parts, cost or Cost())


PARTS = {"test": rows("test", "xxy"), "calibration": rows("calibration", "xyxyyx" * 5)}
GOOD = [0.9, 0.2, 0.8, 0.1, 0.3, 0.7] * 5
POOR = [0.5, 0.6, 0.5, 0.4, 0.6, 0.5] * 5


def others() -> dict[str, Answers]:
    good = answers(
        {"test": [answered(s) for s in (0.9, 0.55, 0.2)], "calibration": [answered(s) for s in GOOD]},
        Cost(seconds=2.0, prompt_tokens=10, labels=30, training_seconds=5.0, price_per_1000=1.0),
    )
    poor = answers(
        {
            "test": [dataclasses.replace(answered(s), evidence=("E1",), lists={"l": ("w",)}) for s in (0.5, 0.5, 0.6)],
            "calibration": [answered(s) for s in POOR],
        },
        Cost(seconds=3.0, prompt_tokens=4, labels=20),
    )
    return {"good": good, "poor": poor}


def test_what_helps_counts_and_costs_are_added() -> None:
    fused = make_arm("fused:poor+good", Path()).answer(CONTEXT, PARTS, others())
    assert [fused.parts["test"][f"test{n}"].labels[PATH] for n in range(3)] == ["x", "x", "y"]
    assert fused.parts["test"]["test0"].evidence == ("E1",)
    assert fused.parts["test"]["test0"].lists == {"l": ("w",)}
    assert fused.cost == Cost(seconds=5.0, prompt_tokens=14, labels=30, training_seconds=5.0)
    (note,) = fused.notes
    assert note.startswith("toy: ")
    assert note.endswith("fitted on 30 rows")
    assert float(note.split()[1]) > 0.7, "the weight of 'good', which stands first in the alphabet"


def test_calibration_rows_are_answered_by_weights_of_other_rows() -> None:
    arm = make_arm("fused:good+poor", Path())
    fused = arm.answer(CONTEXT, PARTS, others())
    again = {**PARTS, "test": PARTS["calibration"]}
    moved = {name: dataclasses.replace(one, parts={**one.parts, "test": one.parts["calibration"]}) for name, one in
             others().items()}  # fmt: skip
    inside = arm.answer(CONTEXT, again, moved).parts["test"]
    outside = fused.parts["calibration"]
    assert set(inside) == set(outside)
    assert all(inside[row].probabilities != outside[row].probabilities for row in inside)


def test_equal_weights_where_nothing_can_be_fitted_and_worse_is_said() -> None:
    given_others = {name: dataclasses.replace(one, parts={"test": one.parts["test"]}) for name, one in others().items()}
    given_others["poor"] = answers({"test": [answered(s) for s in (0.1, 0.2, 0.9)]})
    fused = make_arm("fused:good+poor", Path()).answer(CONTEXT, PARTS, given_others)
    assert set(fused.parts) == {"test"}
    shares = fused.parts["test"]["test0"].probabilities[PATH]
    assert shares["x"] == pytest.approx(0.5)  # 0.9 and 0.1
    first, second = fused.notes
    assert first.startswith("toy: equal weights, because fewer than 20 customers have calibration rows")
    assert second == "toy: worse than good on the test rows (33.3% and 100.0% right)"


def test_an_arm_that_failed_on_a_row_leaves_it_to_the_others() -> None:
    given_others = others()
    test = given_others["good"].parts["test"]
    given_others["good"] = dataclasses.replace(
        given_others["good"], parts={**given_others["good"].parts, "test": {**test, "test2": answered(None)}}
    )
    arm = make_arm("fused:good+poor", Path())
    assert arm.answer(CONTEXT, PARTS, given_others).parts["test"]["test2"].labels[PATH] == "x"
    poor = {**given_others["poor"].parts["test"], "test2": answered(None)}
    given_others["poor"] = dataclasses.replace(given_others["poor"], parts={"test": poor})
    nothing = arm.answer(CONTEXT, PARTS, given_others).parts["test"]["test2"]
    assert nothing.labels == {PATH: None}
    assert nothing.error == "too long"


def test_an_arm_without_probabilities_is_named() -> None:
    given_others = others() | {"svm": answers({"test": [RowAnswer({PATH: "x"})] * 3})}
    with pytest.raises(ConfigError, match=r"'fused:good\+svm' pools probabilities, and 'svm' gives none of 'toy'"):
        make_arm("fused:good+svm", Path()).answer(CONTEXT, PARTS, given_others)


@given(st.permutations(["good", "poor", "third"]))
def test_the_order_in_which_arms_are_named_changes_no_bit(names: list[str]) -> None:
    test = {f"test{n}": answered(s) for n, s in enumerate((0.3, 0.8, 0.5))}
    third = {**others()["good"].parts, "test": test}
    given_others = others() | {"third": Answers(third, Cost())}
    first = make_arm("fused:good+poor+third", Path()).answer(CONTEXT, PARTS, given_others)
    second = make_arm({"arm": "fused", "arms": names}, Path()).answer(CONTEXT, PARTS, given_others)
    assert second == first


@pytest.mark.parametrize(
    ("given_arm", "message"),
    [
        ("fused:a", "pools two or more different arms, and names a"),
        ("fused:a+a", "names a, a"),
        ("fused", "names none"),
        ({"arm": "fused:a+b", "weights": [1, 2]}, "has an option 'weights'"),
    ],
)
def test_what_can_be_no_pool(given_arm: str | dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_arm(given_arm, Path())


def test_an_arm_that_is_not_there_is_named() -> None:
    arms = [make_arm(word, Path()) for word in ("tfidf-lr", "fused:tfidf-lr+majorty", "majority")]
    with pytest.raises(ConfigError, match=r"names the arm 'majorty'.*majority"):
        check_names(arms)


def test_a_suite_and_the_command_line_pool(task: Path, files: dict[str, Path], tmp_path: Path) -> None:
    files["calibration"] = write(tmp_path / "calibration.csv", 40, 100)
    common = [f"--{name}={path}" for name, path in files.items()]
    out = tmp_path / "out"
    arms = "--arms=tfidf-lr,majority,fused:tfidf-lr+majority"
    result = invoke("eval", "toy", *common, arms, "--no-baselines", "--out", out)
    assert result.exit_code == 0, result.output
    shown = json.loads((out / "report.json").read_text())["tasks"][0]["arms"][-1]
    assert (shown["name"], shown["kind"]) == ("fused:tfidf-lr+majority", "fused")
    assert "fitted on 80 rows" in shown["notes"][0]
    assert "fused:tfidf-lr+majority" in (out / "report.md").read_text()
    assert "fitted on 80 rows" in (out / "report.html").read_text()
    table = {"name": "both", "arm": "fused", "arms": ["majority", "tfidf-lr"]}
    suite = suite_of(task, files, tmp_path, ["tfidf-lr", "majority", table])
    assert suite.arms[-1].components == ("majority", "tfidf-lr")
