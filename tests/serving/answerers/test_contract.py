"""The contract of answerers, on heads made by chance and on those that come with the package."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fewsight.serving.answerers.base import Answerer
from fewsight.serving.answerers.built_in import heads_folder, lazy_encode
from fewsight.serving.answerers.heads import EncoderHeads
from fewsight.serving.answerers.heads_file import read_heads
from fewsight.serving.models.names import resolve_embedding_model
from tests.serving.answerers.contract import check_digests, check_rows_alone, check_shares
from tests.serving.answerers.support import FakeEncoder, customers, write_small_heads


def small(folder: Path) -> Answerer:
    return EncoderHeads(folder, write_small_heads(folder, "sentiment"), FakeEncoder())


def built_in(folder: Path) -> Answerer:
    manifest = read_heads(heads_folder())
    assert manifest is not None
    return EncoderHeads(heads_folder(), manifest, lazy_encode(resolve_embedding_model().path))


@pytest.fixture(params=[small, pytest.param(built_in, marks=pytest.mark.model)])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Answerer]:
    return lambda: request.param(tmp_path)


def test_an_answerer_keeps_the_contract(make: Callable[[], Answerer]) -> None:
    answerer = make()
    check_shares(answerer, "sentiment", customers())
    check_rows_alone(answerer, "sentiment", customers())
    check_digests(make, "sentiment")
