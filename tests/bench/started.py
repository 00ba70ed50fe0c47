"""A vLLM engine that runs before the clock does, and a run of fewsight on it."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fewsight.notices import Silent
from fewsight.prompts.task import Task
from fewsight.serving.engines.vllm.engine import VllmEngine
from fewsight.serving.engines.vllm.jobs import Job
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.run.api import execute
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.session import open_session
from fewsight.tables import Histories
from tests.bench.common import timed


class StartedEngine(VllmEngine):
    """vLLM that outlives the runs on it; notes what it is sent, how often vLLM steps, and how long it is busy.

    Args:
        model: the folder of a model.
    """

    def __init__(self, model: ModelFolder) -> None:
        super().__init__(model)
        self.folder = model.path
        self.noted: list[Job] = []
        self.busy = 0.0
        self.calls: Counter[str] = Counter()
        for name in ("add_request", "step"):
            setattr(self._engine, name, self._watched(name, getattr(self._engine, name)))

    def close(self) -> None:
        """Go on: a run closes its engine at the end, and the next one needs it again."""

    def stop(self) -> None:
        """Free the model's memory."""
        super().close()

    def forget(self) -> None:
        """Empty the prefix cache, and count anew."""
        self.noted, self.busy, self.calls = [], 0.0, Counter()
        assert self._alive().reset_prefix_cache(), "a request is still running"

    def send_bare(self, prompts: Sequence[Sequence[int]], params: Sequence[Any]) -> int:
        """What `LLM.generate` does at its core: add all requests, then step; returns the tokens that were generated.

        Nothing else is done with the outputs, so this is the least that anything around vLLM costs.
        """
        engine, generated = self._alive(), 0
        for number, (prompt, wanted) in enumerate(zip(prompts, params, strict=True)):
            engine.add_request(f"bare-{number}", {"type": "token", "prompt_token_ids": list(prompt)}, wanted)
        while engine.has_unfinished_requests():
            generated += sum(len(done.outputs[0].token_ids) for done in engine.step() if done.finished)
        return generated

    def _send(self, name: str, job: Job) -> str | None:
        self.noted.append(job)
        return super()._send(name, job)

    def _watched(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return method(*args, **named)
            finally:
                self.calls[name] += 1
                self.busy += time.perf_counter() - begun

        return call


def timed_run(engine: StartedEngine, task: Task, histories: Histories, options: RunOptions) -> float:
    """Seconds of a whole run into a new folder: from opened histories to the ledger, without the engine's start."""
    engine.forget()
    session = open_session(options, histories, (task,))
    session = replace(session, engine=replace(session.engine, start=lambda _: engine))
    with TemporaryDirectory() as folder:
        return timed(lambda: execute(session, histories, Path(folder), Silent()))


def timed_bare(engine: StartedEngine, prompts: Sequence[Sequence[int]], params: Sequence[Any]) -> float:
    """Seconds of the same requests without fewsight."""
    engine.forget()
    return timed(lambda: engine.send_bare(prompts, params))
