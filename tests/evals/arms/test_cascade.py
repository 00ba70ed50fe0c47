"""An arm that asks a second one."""

from pathlib import Path

import pytest

from fewsight.errors import ConfigError
from fewsight.evals.arms.answers import Answers, RowAnswer
from fewsight.evals.arms.context import Context, Defaults
from fewsight.evals.arms.kinds.cascade import confidence
from fewsight.evals.arms.reading import make_arm
from fewsight.evals.model import Cost
from fewsight.prompts.loading.labelling import classification_task

DEFAULTS = Defaults("m", "scripted", "auto", "tfidf", 512, None, None)
CONTEXT = Context(classification_task("toy", ["x", "y"]), (), Path(), DEFAULTS)


def answered(label: str, sure: float) -> RowAnswer:
    return RowAnswer({"f": label}, {"f": {label: sure, "other": 1 - sure}, "f.category": {"x": 0.01}})


def test_a_cascade_hands_on_what_is_uncertain() -> None:
    arm = make_arm({"name": "c", "first": "a", "second": "b", "below": 0.7}, Path())
    first = Answers({"test": {"1": answered("x", 0.9), "2": answered("x", 0.6)}}, Cost(seconds=1.0, prompt_tokens=10))
    second = Answers({"test": {"1": answered("y", 0.9), "2": answered("y", 0.8)}}, Cost(seconds=4.0, prompt_tokens=100))
    found = arm.answer(CONTEXT, {}, {"a": first, "b": second})
    assert [found.parts["test"][row].labels["f"] for row in "12"] == ["x", "y"]
    assert (found.cost.seconds, found.cost.prompt_tokens) == (3.0, 60)
    assert found.notes == ("1 of 2 test rows went to b",)
    assert confidence(RowAnswer({"f": "x"})) == 0
    sure = Answers({"test": {"1": RowAnswer({"f": "x"})}}, Cost())
    with pytest.raises(ConfigError, match="needs probabilities, and 'a' gives none"):
        arm.answer(CONTEXT, {}, {"a": sure, "b": second})
