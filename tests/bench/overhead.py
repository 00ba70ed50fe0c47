"""What `fewsight run` costs beside vLLM alone: Banking77 without shots, on one engine.

Messages are answered in parts, each by a run and then by bare vLLM, so that a machine that changes its speed favours
neither. The bare side sends the very requests that the run just sent: the same tokens, grammars (or tokens whose
probabilities are wanted) and order. The run also reads, masks, renders, tokenises, checks and records.
"""

from dataclasses import dataclass
from statistics import median

import pandas as pd

from fewsight.prompts.task import Task
from fewsight.serving.models.names import DEFAULT_MODEL, resolve_model
from fewsight.serving.run.options import RunOptions, make_options
from fewsight.tables import open_histories
from tests.bench import banking
from tests.bench.common import Figure, speed
from tests.bench.started import StartedEngine, timed_bare, timed_run


def measure(rows: int = 1000, scored_rows: int = 1000, part: int = 100, model: str = DEFAULT_MODEL) -> list[Figure]:
    """Speed of a run as a share of bare vLLM's: labels generated under a grammar, and labels scored."""
    task = banking.task()
    engine = StartedEngine(resolve_model(model))
    figures: list[Figure] = []
    try:
        for size, probabilities in ((rows, False), (scored_rows, True)):
            if not size:
                continue
            options = make_options((task.name,), engine="vllm", model=model, probabilities=probabilities)
            _part(engine, task, banking.messages(1), options)  # grammars are compiled before the clock runs
            messages = banking.messages(size)
            parts = [messages[start : start + part] for start in range(0, size, part)]
            figures += _figures(options, size, [_part(engine, task, messages, options) for messages in parts])
    finally:
        engine.stop()
    return figures


@dataclass(frozen=True)
class _Part:
    """Seconds of one part of the messages, `busy` of them inside vLLM; requests and steps of vLLM."""

    run: float
    busy: float
    bare: float
    requests: int
    steps: int
    bare_steps: int


def _part(engine: StartedEngine, task: Task, messages: pd.DataFrame, options: RunOptions) -> _Part:
    with open_histories(messages) as histories:
        run = timed_run(engine, task, histories, options)
    jobs, busy, steps = engine.noted, engine.busy, engine.calls["step"]
    bare = timed_bare(engine, [job.prompt for job in jobs], [job.params for job in jobs])
    return _Part(run, busy, bare, len(jobs), steps, engine.calls["step"])


def _figures(options: RunOptions, rows: int, parts: list[_Part]) -> list[Figure]:
    name, aim = ("probabilities on", "") if options.probabilities else ("probabilities off", ">= 0.95")
    return [
        *speed(f"{name}: run / bare vLLM", [part.bare for part in parts], [part.run for part in parts], aim),
        Figure(f"{name}: share of the run inside vLLM, median", median(part.busy / part.run for part in parts)),
        Figure(f"{name}: steps of vLLM, run / bare", sum(p.steps for p in parts) / sum(p.bare_steps for p in parts)),
        Figure(f"{name}: requests to vLLM for each row", sum(part.requests for part in parts) / rows),
        Figure(f"{name}: rows/s of the run", rows / sum(part.run for part in parts)),
    ]
