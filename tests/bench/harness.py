"""What `fewsight eval` costs beside a bare loop over the same requests: Banking77, zero-shot, transformers.

The harness reads rows, looks for leaks, renders, masks, records, bootstraps and writes the report. The bare loop hands
the very same batches of requests to the same engine, and drops what comes back. The model is loaded before the clock
runs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from fewsight.evals.suite.config import Suite, make_suite
from fewsight.evals.suite.run import evaluate
from fewsight.prompts.columns import Columns
from fewsight.prompts.loading.scaffold import new_labelling_task
from fewsight.serving.engines.base import Completion, Failure, GenerateRequest, Scored, ScoreRequest
from fewsight.serving.engines.local.engine import TransformersEngine
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.models.names import DEFAULT_MODEL, resolve_model
from tests.bench import banking
from tests.bench.common import Figure, in_turn, speed, timed


class NotedEngine(TransformersEngine):
    """Outlives the evaluations on it, and notes the batches that it is sent."""

    scored: list[Sequence[ScoreRequest]]
    written: list[Sequence[GenerateRequest]]

    def close(self) -> None:
        """Go on; what is cached of prompts goes, so that each side computes all of it."""
        self._rows.clear()

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Noted, then as ever."""
        self.scored.append(requests)
        return super().score(requests)

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        """Noted, then as ever."""
        self.written.append(requests)
        return super().generate(requests)

    def bare(self, scored: Sequence[Sequence[ScoreRequest]]) -> None:
        """The loop without a harness."""
        for requests in scored:
            for _ in super().score(requests):
                pass
        self.close()


def measure(rows: int = 500, repeats: int = 3, model: str = DEFAULT_MODEL) -> list[Figure]:
    """Speed of an evaluation as a share of a bare loop's."""
    engine = NotedEngine(resolve_model(model))
    spec = replace(find_engine("transformers"), start=lambda _: engine)
    with TemporaryDirectory() as work:
        suite = _suite(Path(work), rows, model)

        def harness() -> float:
            engine.scored, engine.written = [], []
            with TemporaryDirectory() as out, patch("fewsight.serving.run.session.find_engine", return_value=spec):
                return timed(lambda: evaluate(suite, Path(out)))

        harness()  # what is imported and compiled once
        batches = engine.scored
        assert not engine.written, "a labelling task has no open field, so all requests are scored"
        seconds = in_turn({"harness": harness, "bare": lambda: timed(lambda: engine.bare(batches))}, repeats)
    return [
        *speed("evaluation / bare loop", seconds["bare"], seconds["harness"], ">= 0.95"),
        Figure("rows/s of the evaluation", rows * repeats / sum(seconds["harness"])),
    ]


def _suite(work: Path, rows: int, model: str) -> Suite:
    banking.training_rows(20_000).to_csv(work / "train.csv", index=False)
    banking.labelled_messages(rows).to_csv(work / "test.csv", index=False)
    new_labelling_task("banking_intent", work, work / "train.csv", Columns("text", {"intent": "label"}))
    task = {"task": "banking_intent", "train": "train.csv", "test": "test.csv"}
    return make_suite(
        {"tasks": [task], "arms": ["zero-shot"], "baselines": False, "model": model, "engine": "transformers"}, work
    )
