import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest

from fewsight.errors import EngineError
from fewsight.serving.engines.base import Completion, Decoding, Failure, GenerateRequest
from fewsight.serving.engines.scripted.engine import ScriptedEngine
from fewsight.serving.engines.shared import SharedEngine, Stop
from fewsight.serving.models.names import resolve_model


class Slow(ScriptedEngine):
    """Notes how many rows a batch has; token 13 kills it, and 14 breaks it."""

    batches: list[int]
    pause = 0.0

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        self.batches.append(len(requests))
        time.sleep(self.pause)
        if any(13 in request.prompt for request in requests):
            raise EngineError("out of memory")
        if any(14 in request.prompt for request in requests):
            raise ZeroDivisionError
        yield from super().generate(requests)


@pytest.fixture
def engine(model_path: Path) -> Callable[[], Slow]:
    batches: list[int] = []

    def start() -> Slow:
        one = Slow(resolve_model(str(model_path), need_weights=False))
        one.batches = batches
        return one

    return start


def ask(
    shared: SharedEngine, token: int, *, patient: bool = False, stop: Stop | None = None
) -> list[Completion | Failure]:
    requests = [GenerateRequest(f"{i}", (token, i), "[a-z]{4}", Decoding()) for i in range(2)]
    return list(shared.lease(stop, patient=patient).generate(requests))


def test_callers_share_batches(engine: Callable[[], Slow]) -> None:
    shared = SharedEngine(engine, window=0.2)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda token: ask(shared, token), range(20, 28)))
    alone = engine()
    for token, results in zip(range(20, 28), told, strict=True):
        own = [GenerateRequest(f"{i}", (token, i), "[a-z]{4}", Decoding()) for i in range(2)]
        texts = {result.id: result for result in alone.generate(own)}
        assert {result.id: getattr(result, "text", None) for result in results} == {
            key: getattr(result, "text", None) for key, result in texts.items()
        }
    assert max(alone.batches) > 2
    shared.close()


@pytest.mark.parametrize("poison", [13, 14])
def test_only_who_breaks_it_is_told(engine: Callable[[], Slow], poison: int) -> None:
    shared = SharedEngine(engine, window=0.2)
    with ThreadPoolExecutor(4) as pool:
        good = [pool.submit(ask, shared, token) for token in (20, 21, 22)]
        with pytest.raises(EngineError):
            ask(shared, poison)
    assert all(isinstance(result, Completion) for one in good for result in one.result())
    assert all(isinstance(result, Completion) for result in ask(shared, 30))
    shared.close()


def test_a_caller_who_leaves_is_left_out(engine: Callable[[], Slow]) -> None:
    shared = SharedEngine(engine, window=0.3)
    stop = Stop()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(CancelledError):
        ask(shared, 20, stop=stop)
    shared.close()
    assert engine().batches == []
    with pytest.raises(EngineError, match="closed"):
        ask(shared, 20)


def test_an_engine_that_does_not_start() -> None:
    def start() -> ScriptedEngine:
        raise EngineError("no room")

    shared = SharedEngine(start)
    with pytest.raises(EngineError, match="no room"):
        shared.lease()
    assert shared.has_failed()


def test_those_who_can_wait_do_not_hold_up_others(engine: Callable[[], Slow]) -> None:
    shared = SharedEngine(engine, window=0)
    lease = shared.lease()
    Slow.pause = 0.05
    try:
        with ThreadPoolExecutor(12) as pool:
            patient = [pool.submit(ask, shared, 40 + i, patient=True) for i in range(10)]
            begun = time.monotonic()
            ask(shared, 20)
            waited = time.monotonic() - begun
            assert all(len(one.result()) == 2 for one in patient)
    finally:
        Slow.pause = 0.0
    assert waited < 0.25
    assert lease.capabilities.batch_rows == 1024
    shared.close()
