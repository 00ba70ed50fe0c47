"""What a grammar costs: Banking77 on vLLM, from a grammar of the whole JSON to what fewsight does.

Prompts are token-identical, with the answer's opening in them, and answers as long without a grammar as with it. Only
the whole JSON has to write the opening itself. With probabilities on, fewsight uses no grammar, and generates no label.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any
from unittest.mock import patch

from fewsight.prompts.answer.form import AnswerForm, Write
from fewsight.serving.engines.base import Completion, Decoding, GenerateRequest, Scored, ScoreRequest
from fewsight.serving.models.names import DEFAULT_MODEL, resolve_model
from fewsight.serving.run.options import make_options
from fewsight.serving.run.plan import arranged
from fewsight.serving.run.session import open_session
from fewsight.tables import open_histories
from tests.bench import banking
from tests.bench.common import Figure, in_turn, speed, timed
from tests.bench.started import StartedEngine, timed_bare

MOST_TOKENS = 64
PARSINGS = 100

Ids = tuple[int, ...]


@dataclass(frozen=True)
class _Rows:
    """Prompts without the answer's opening, and what is to follow it."""

    prompts: list[Ids]
    form: AnswerForm
    rest: Write

    @property
    def opened(self) -> list[Ids]:
        return [prompt + self.rest.prefill for prompt in self.prompts]


def measure(rows: int = 100, repeats: int = 10, copies: int = 1, model: str = DEFAULT_MODEL) -> list[Figure]:
    """Speed of each way as a share of unconstrained decoding's; `copies` 0 lets vLLM parse each request's grammar."""
    prepared = _prepared(rows, model)
    with nullcontext() if copies else patch("fewsight.serving.engines.vllm.setup.parse_once"):
        engine = StartedEngine(resolve_model(model))
    try:
        sides = _sides(engine, prepared)
        for side in sides.values():  # grammars are compiled before the clock runs
            side()
        times = in_turn(sides, repeats)
        figures = _parsing(engine, prepared)
    finally:
        engine.stop()
    free = times.pop("unconstrained")
    figures.append(Figure("unconstrained: requests/s, fastest", rows / min(free)))
    for name, mine in times.items():
        figures += speed(
            f"{name} / unconstrained", free, mine, ">= 0.95" if name == "fewsight, probabilities off" else ""
        )
    return figures


def _prepared(rows: int, model: str) -> _Rows:
    task = banking.task()
    options = make_options((task.name,), engine="vllm", model=model, probabilities=False)
    with open_histories(banking.messages(rows)) as histories:
        session = open_session(options, histories, (task,))
        masked = [session.preparer.mask(history).history for history in islice(histories, rows)]
    items = arranged(session.preparer.items(masked, "shots-first", [task.name]))
    form = session.preparer.forms[task.name]
    rest = form.write((), 1)
    assert isinstance(rest, Write)
    return _Rows([item.prompt.token_ids for item in items], form, rest)


def _sides(engine: StartedEngine, rows: _Rows) -> dict[str, Callable[[], float]]:
    from vllm.sampling_params import StructuredOutputsParams

    count, rest = len(rows.prompts), rows.rest
    lengths = [len(answer.token_ids) + 1 for answer in _written(engine, rows)]  # and the token that ends it
    free = [_params(max_tokens=length, ignore_eos=True) for length in lengths]
    (field,) = rows.form.closed
    answers = [f'{{"{field.path}":"{label}"}}' for label in field.labels]
    whole = _params(structured_outputs=StructuredOutputsParams(json=rows.form.schema(1)))
    choice = [answer.removeprefix(rest.text) for answer in answers]
    choice_params = _params(structured_outputs=StructuredOutputsParams(choice=choice))
    return {
        "whole JSON by its schema": lambda: timed_bare(engine, rows.prompts, [whole] * count),
        "opening prefilled, then a choice": lambda: timed_bare(engine, rows.opened, [choice_params] * count),
        "unconstrained": lambda: timed_bare(engine, rows.opened, free),
        "fewsight, probabilities off": lambda: _after_forgetting(engine, lambda: _written(engine, rows)),
        "fewsight, probabilities on": lambda: _after_forgetting(engine, lambda: _scored(engine, rows)),
    }


def _after_forgetting(engine: StartedEngine, work: Callable[[], object]) -> float:
    engine.forget()
    return timed(work)


def _written(engine: StartedEngine, rows: _Rows) -> list[Completion]:
    requests = [
        GenerateRequest(str(number), prompt, rows.rest.grammar, Decoding(MOST_TOKENS))
        for number, prompt in enumerate(rows.opened)
    ]
    found = {result.id: result for result in engine.generate(requests)}
    return [result for request in requests if isinstance(result := found[request.id], Completion)]


def _scored(engine: StartedEngine, rows: _Rows) -> list[Scored]:
    ask = rows.form.ask(())
    assert ask is not None
    requests = [
        ScoreRequest(str(number), prompt + ask.prefill, ask.labels) for number, prompt in enumerate(rows.prompts)
    ]
    return [result for result in engine.score(requests) if isinstance(result, Scored)]


def _parsing(engine: StartedEngine, rows: _Rows) -> list[Figure]:
    """Milliseconds that vLLM parses for one request, and those of the copy that is made of a parsed grammar instead."""
    import llguidance
    import llguidance.hf
    from transformers import AutoTokenizer

    tokenizer = llguidance.hf.from_tokenizer(AutoTokenizer.from_pretrained(engine.folder))
    grammar = llguidance.grammar_from("regex", rows.rest.grammar)
    parsed = llguidance.LLMatcher(tokenizer, grammar)

    def twice() -> None:
        llguidance.LLMatcher.validate_grammar(grammar, None)
        llguidance.LLMatcher(tokenizer, grammar)

    sides = {"parsed twice": lambda: timed(twice), "copied": lambda: timed(parsed.deep_copy)}
    times = in_turn(sides, PARSINGS)
    return [Figure(f"grammar {name}: milliseconds, median", 1000 * median(times[name])) for name in sides]


def _params(**options: Any) -> Any:
    from vllm.sampling_params import RequestOutputKind, SamplingParams

    shared = {"max_tokens": MOST_TOKENS, "temperature": 0.0, "detokenize": False, "skip_clone": True}
    return SamplingParams(**{**shared, **options}, output_kind=RequestOutputKind.FINAL_ONLY)
