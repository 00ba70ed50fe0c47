"""What every answerer is held to; `test_contract.py` runs it."""

from collections.abc import Callable

import pytest

from fewsight.errors import ModelError
from fewsight.events import CustomerHistory
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.serving.answerers.base import Answerer


def check_shares(answerer: Answerer, task: str, histories: list[CustomerHistory]) -> None:
    """All labels of each field that it answers, with probabilities above 0 that sum to 1."""
    labels = {field.path: set(field.labels) for field in closed_fields(load_task(task).output)}
    answers = answerer.answer(task, histories)
    assert len(answers) == len(histories)
    for answer in answers:
        assert answer
        for path, shares in answer.items():
            assert set(shares) == labels[path]
            assert min(shares.values()) > 0
            assert sum(shares.values()) == pytest.approx(1, abs=1e-9)


def check_rows_alone(answerer: Answerer, task: str, histories: list[CustomerHistory]) -> None:
    """A history's answer depends on nothing but itself: not on its neighbours, their order, or its customer's id."""
    together = answerer.answer(task, histories)
    backwards = answerer.answer(task, histories[::-1])[::-1]
    alone = [answerer.answer(task, [history])[0] for history in histories]
    for one in (backwards, alone):
        for mine, theirs in zip(together, one, strict=True):
            for path in mine:
                assert theirs[path] == pytest.approx(mine[path], abs=1e-4)
    assert answerer.answer(task, []) == []


def check_digests(make: Callable[[], Answerer], task: str) -> None:
    """Equal for equal answerers, and None exactly where it does not answer."""
    digest = make().digest(task, "en")
    assert digest is not None
    assert digest == make().digest(task, "en")
    assert make().digest("no such task", "en") is None
    with pytest.raises(ModelError, match="no such task"):
        make().answer("no such task", [CustomerHistory("c")])
