"""The HTTP service under load on loopback, over time, asked at random, and killed; sizes of 0 leave parts out."""

from pathlib import Path
from tempfile import TemporaryDirectory

from fewsight.serving.models.names import DEFAULT_MODEL, resolve_model
from tests.bench.common import Figure
from tests.bench.service.fuzz import fuzzed
from tests.bench.service.load import levels, memory_over
from tests.serving.service.process import Process, kill_and_go_on, running


def measure(
    seconds: int = 15,
    callers: str = "1,4,16,64",
    engine: str = "transformers",
    kills: int = 0,
    soak: int = 0,
    examples: int = 0,
) -> list[Figure]:
    """Requests of one text and task by as many callers; the rest is on the scripted engine."""
    model = resolve_model(DEFAULT_MODEL, need_weights=engine != "scripted").path
    figures: list[Figure] = []
    with TemporaryDirectory() as work:
        if seconds:
            with running(Path(work) / "load", model, _engine(engine)) as server:
                figures += levels(server, [int(one) for one in callers.split(",")], seconds)
        if soak:
            with running(Path(work) / "soak", model) as server:
                figures += memory_over(server, soak)
        if examples:
            with running(Path(work) / "fuzz", model) as server:
                figures += fuzzed(server, Path(work), examples)
        if kills:
            with running(Path(work) / "kills", model) as server:
                figures += _killed(server, kills)
    return figures


def _killed(server: Process, kills: int) -> list[Figure]:
    hits = kill_and_go_on(server, kills, customers=640)
    return [
        Figure("kills", kills),
        Figure("of these in a batch half done", hits),
        Figure("insights lost or doubled", 0, "0"),
    ]


def _engine(name: str) -> tuple[str, ...]:
    return ("--engine", name, "--model", DEFAULT_MODEL)
