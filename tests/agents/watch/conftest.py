"""One shop for all tests of the room, and a state for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fewsight.agents.watch.state import State
from tests.agents.watch.shop import Shop, made


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop; tests only read it."""
    return made(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """An open state in a new folder."""
    with State.open(tmp_path / "watch") as opened:
        yield opened
