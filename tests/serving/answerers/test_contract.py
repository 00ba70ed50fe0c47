"""The contract of answerers, on heads and folders made by chance and on the heads that come with the package."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fewsight.prompts.loading.finding import load_task
from fewsight.serving.answerers.base import Answerer
from fewsight.serving.answerers.built_in import heads_folder
from fewsight.serving.answerers.encoders import lazy_encode
from fewsight.serving.answerers.heads import EncoderHeads
from fewsight.serving.answerers.heads_file import read_heads
from fewsight.serving.answerers.opened import open_answerer
from fewsight.serving.models.names import resolve_embedding_model
from tests.serving.answerers.contract import check_digests, check_rows_alone, check_shares
from tests.serving.answerers.support import (
    FakeEncoder,
    SmallPart,
    customers,
    facts_part,
    linear_part,
    use_fake_encoders,
    voting_part,
    write_small_answerer,
    write_small_heads,
)


def small(folder: Path) -> Answerer:
    return EncoderHeads(folder, write_small_heads(folder, "sentiment"), FakeEncoder())


def built_in(folder: Path) -> Answerer:
    manifest = read_heads(heads_folder())
    assert manifest is not None
    return EncoderHeads(heads_folder(), manifest, lazy_encode(resolve_embedding_model().path))


def of_parts(folder: Path, parts: dict[str, SmallPart]) -> Answerer:
    task = load_task("sentiment")
    write_small_answerer(folder, task, parts)
    return open_answerer(folder, task)


def names(folder: Path) -> Answerer:
    return of_parts(folder, {"names": linear_part(load_task("sentiment"), "names")})


def encoder(folder: Path) -> Answerer:
    return of_parts(folder, {"encoder": linear_part(load_task("sentiment"))})


def votes(folder: Path) -> Answerer:
    return of_parts(folder, {"knn-vote": voting_part(load_task("sentiment"))})


def facts(folder: Path) -> Answerer:
    return of_parts(folder, {"facts-lr": facts_part(load_task("sentiment"))})


def fused(folder: Path) -> Answerer:
    task = load_task("sentiment")
    parts = {"names": linear_part(task, "names", 7), "encoder": linear_part(task), "knn-vote": voting_part(task)}
    return of_parts(folder, parts)


@pytest.fixture(params=[small, names, encoder, votes, facts, fused, pytest.param(built_in, marks=pytest.mark.model)])
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Answerer]:
    if request.param is not built_in:
        use_fake_encoders(monkeypatch)
    return lambda: request.param(tmp_path)


def test_an_answerer_keeps_the_contract(make: Callable[[], Answerer]) -> None:
    answerer = make()
    check_shares(answerer, "sentiment", customers())
    check_rows_alone(answerer, "sentiment", customers())
    check_digests(make, "sentiment")
