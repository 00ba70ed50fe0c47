"""What a log shows while a model is trained."""

import re

import pytest

from fewsight.finetune.training.checkpoint import TrainingState
from fewsight.finetune.training.progress import TrainingBar


def test_each_training_of_a_search_is_measured_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with TrainingBar(every=0.0) as bar:
        for tokens in (1000, 10):
            for step in (1, 2):
                state = TrainingState(step=step, tokens=step * tokens, curve=[(step, 0.5, 1e-3)])
                bar.stepped(state, 2)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["step 1/2", "step 2/2"] * 2
    speeds = [re.search(r"(-?[\d,]+) tokens/s", line) for line in lines]
    assert [bool(speed) for speed in speeds] == [False, True, False, True]
    assert not any(speed and speed[1].startswith("-") for speed in speeds)
