"""The parity gate: what passes, and what does not."""

from pathlib import Path

import pytest

from fewsight.adapter_manifest import ParityPart
from fewsight.finetune.gate.parity import compare
from fewsight.finetune.gate.scoring import Belief
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from tests.finetune.support import train

pytestmark = pytest.mark.usefixtures("cache")


def test_an_engine_that_ignores_the_adapter_fails_the_gate(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fewsight.serving.models.adapters.merged_model", lambda model, adapter, dtype: model)
    done = train(toy, toy_file, base, tmp_path / "a")
    assert done.manifest.parity is not None
    assert not done.manifest.parity.passed
    assert "FAILED" in (tmp_path / "a" / "card.html").read_text()


def test_the_gate_measures_the_chosen_label() -> None:
    reference = [Belief(["a"], [{"a": 0.6, "b": 0.4}])] * 4
    same = compare("x", reference, [Belief(["a"], [{"a": 0.605, "b": 0.395}])] * 4)
    assert (same.difference, same.equal, same.passed) == (0.005, 1.0, True)
    far = compare("x", reference, [Belief(["a"], [{"a": 0.65, "b": 0.35}])] * 4)
    assert (far.difference, far.passed) == (0.05, False)
    flipped = compare("x", [*reference] * 9, [*reference * 8, *reference[1:], Belief(["b"], [{"a": 0.49, "b": 0.51}])])
    assert (flipped.equal, flipped.tied, flipped.passed) == (round(35 / 36, 6), 0.0, False)


def test_labels_that_are_nearly_tied_may_change_places() -> None:
    sure = [Belief(["a"], [{"a": 0.9, "b": 0.05, "c": 0.05}])] * 99
    tied = Belief(["a"], [{"a": 0.405, "b": 0.395, "c": 0.2}])

    def served(**shares: float) -> ParityPart:
        return compare("x", [*sure, tied], [*sure, Belief([], [shares])])

    assert (served(a=0.398, b=0.402, c=0.2).tied, served(a=0.398, b=0.402, c=0.2).passed) == (0.01, True)
    assert (served(a=0.399, b=0.2, c=0.401).tied, served(a=0.399, b=0.2, c=0.401).passed) == (0.0, False)
    assert not served(a=0.01, b=0.79, c=0.2).passed, "nearly tied, but far off"
    every = compare("x", [tied] * 50, [Belief([], [{"a": 0.398, "b": 0.402, "c": 0.2}])] * 50)
    assert (every.tied, every.passed) == (1.0, False), "too many to be rounding"
