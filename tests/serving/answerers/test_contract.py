"""The contract of answerers, on heads made by chance and on those that come with the package."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fewsight.serving.answerers.base import Answerer
from fewsight.serving.answerers.heads import EncoderHeads
from tests.serving.answerers.contract import check_digests, check_rows_alone, check_shares
from tests.serving.answerers.support import FakeEncoder, customers, write_small_heads


def small(folder: Path) -> Answerer:
    return EncoderHeads(folder, write_small_heads(folder, "sentiment"), FakeEncoder())


@pytest.fixture(params=[small])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Answerer]:
    return lambda: request.param(tmp_path)


def test_an_answerer_keeps_the_contract(make: Callable[[], Answerer]) -> None:
    answerer = make()
    check_shares(answerer, "sentiment", customers())
    check_rows_alone(answerer, "sentiment", customers())
    check_digests(make, "sentiment")
