"""What vLLM is asked for one row: a whole answer, or the branch nodes of its labels, round by round."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from fewsight.serving.engines.base import Decoding, GenerateRequest, Scored, ScoreRequest
from fewsight.serving.engines.scoring import Prefix, TrieSearch

MOST_LOGPROBS: Final = 128
"""Tokens whose probability one request may ask for; a wider branch node takes several requests."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One request to vLLM: a whole answer, or some tokens of one branch node."""

    request: GenerateRequest | ScoreRequest
    prompt: tuple[int, ...]
    params: Any
    prefix: Prefix = ()
    scoring: "Scoring | None" = None


@dataclass(slots=True)
class Scoring:
    """One row while its branch nodes are computed, round by round; rows don't wait for each other."""

    request: ScoreRequest
    failed: bool = False
    _search: TrieSearch = field(init=False)
    _found: dict[Prefix, dict[int, float]] = field(default_factory=dict)
    _waiting: int = 0
    _computed: int = 0

    def __post_init__(self) -> None:
        self._search = TrieSearch(self.request.labels, self.request.greedy)

    def jobs(self) -> list[Job]:
        """What this row asks next; nothing when it is done."""
        jobs = []
        for prefix, tokens in self._search.frontier():
            for start in range(0, len(tokens), MOST_LOGPROBS):
                params = score_params(tuple(tokens[start : start + MOST_LOGPROBS]))
                jobs.append(Job(self.request, (*self.request.prompt, *prefix), params, prefix, self))
        self._waiting = len(jobs)
        return jobs

    def take(self, job: Job, output: Any) -> bool:  # noqa: ANN401 - vllm is untyped
        """Note the probabilities of one output; True when the round is complete."""
        logprobs = output.outputs[0].logprobs
        self._found.setdefault(job.prefix, {}).update(zip(logprobs.token_ids, logprobs.logprobs, strict=True))
        self._computed += computed(output)
        self._waiting -= 1
        if self._waiting or self.failed:
            return False
        for prefix, found in self._found.items():
            self._search.observe(prefix, found)
        self._found.clear()
        return True

    def result(self) -> Scored:
        """What was found, when `jobs` asks nothing more."""
        normalised, raw, unexplored = self._search.result()
        tokens = len(self.request.prompt)
        return Scored(self.request.id, normalised, raw, unexplored, self._search.nodes, tokens, self._computed)


def computed(output: Any) -> int:  # noqa: ANN401 - vllm is untyped
    """Prompt tokens of an output that no prefix cache had."""
    return len(output.prompt_token_ids) - (output.num_cached_tokens or 0)


def failure(output: Any) -> str | None:  # noqa: ANN401 - vllm is untyped
    """Why an output is no answer, or None."""
    reason = output.outputs[0].finish_reason
    return (
        None
        if reason in ("stop", "length")
        else f"vLLM gave up on this request, most likely for its grammar ({reason!r})"
    )


@lru_cache(maxsize=4096)
def generate_params(decoding: Decoding, grammar: str | None) -> Any:  # noqa: ANN401 - vllm is untyped
    """vLLM's SamplingParams for a whole answer; shared by all requests that decode alike."""
    from vllm.sampling_params import RequestOutputKind, SamplingParams, StructuredOutputsParams

    return SamplingParams(
        max_tokens=decoding.max_tokens,
        temperature=decoding.temperature,
        top_p=decoding.top_p if decoding.temperature else 1.0,
        seed=decoding.seed if decoding.temperature else None,
        structured_outputs=None if grammar is None else StructuredOutputsParams(regex=grammar),
        detokenize=False,
        skip_clone=True,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


@lru_cache(maxsize=4096)
def score_params(tokens: tuple[int, ...]) -> Any:  # noqa: ANN401 - vllm is untyped
    """vLLM's SamplingParams for the probabilities of some tokens, without a grammar."""
    from vllm.sampling_params import RequestOutputKind, SamplingParams

    return SamplingParams(
        max_tokens=1,
        temperature=0,
        logprob_token_ids=list(tokens),
        flat_logprobs=True,
        detokenize=False,
        skip_clone=True,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )
