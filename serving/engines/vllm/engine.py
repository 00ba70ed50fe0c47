"""vLLM in this process, driven step by step: results leave as they finish, and one bad request fails alone."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import ConfigError, EngineError
from fewsight.serving.engines.base import (
    Capabilities,
    Completion,
    EngineIdentity,
    Failure,
    GenerateRequest,
    Scored,
    ScoreRequest,
)
from fewsight.serving.engines.checks import problem, wrong_adapter
from fewsight.serving.engines.vllm.jobs import Job, Scoring, computed, failure, generate_params
from fewsight.serving.models.dtype import has_gpu, pick_dtype
from fewsight.tokenizer import Tokenizer

if TYPE_CHECKING:
    from fewsight.serving.models.names import ModelFolder

IN_FLIGHT: Final = 512
"""Requests that vLLM knows of at once: enough to keep it full, few enough to bound memory."""

ACTIVE_ADAPTERS: Final = 4
PROMPT_TOKENS: Final = "vllm:prompt_tokens"
CACHED_TOKENS: Final = "vllm:prompt_tokens_cached"


class VllmEngine:
    """Runs a model folder with vLLM, on a GPU where there is one and on the CPU otherwise.

    Args:
        model: the folder of a causal language model (safetensors).
        adapter: the folder of a PEFT adapter that serves all requests; it is merged into the weights at the start.
        dtype: 'bfloat16', 'float32', or 'auto' for the one that is fast here.
        max_model_len: longest prompt plus answer in tokens; the model's own limit where None.
        seed: of the engine; requests bring their own.
        kv_cache_gib: memory for the key-value cache; None for vLLM's own choice on a GPU and 2 GiB on a CPU.
        per_request_adapters: requests name their adapters. Only on a GPU: without one, vLLM is slow at it and can
            apply the wrong adapter.

    Raises:
        EngineError: vLLM can't start.
        ConfigError: adapters per request without a GPU, or beside a merged one.
    """

    def __init__(
        self,
        model: "ModelFolder",
        *,
        adapter: Path | None = None,
        dtype: str = "auto",
        max_model_len: int | None = None,
        seed: int = 0,
        kv_cache_gib: float | None = None,
        per_request_adapters: bool = False,
    ) -> None:
        from fewsight.serving.engines.vllm import setup as vllm_setup
        from fewsight.serving.models.tokenizer import load_tokenizer

        self._engine: Any = None
        gpu, chosen = has_gpu(), pick_dtype(dtype)
        if per_request_adapters and (adapter is not None or not gpu):
            why = f"{str(adapter)!r} is merged into this one" if adapter else "vLLM serves them reliably only on a GPU"
            raise ConfigError(f"per_request_adapters=True can't be used: {why}; start one engine for each adapter.")
        folder = model
        if adapter is not None:
            from fewsight.serving.models.adapters import merged_model

            folder = merged_model(model, adapter, chosen)
        self._base, self._merged = model.path, folder.path if adapter else None
        self.tokenizer: Tokenizer = load_tokenizer(folder.path)
        self.max_model_len = min(max_model_len or model.max_model_len, model.max_model_len)
        self._engine = vllm_setup.start(
            folder.path,
            gpu=gpu,
            dtype=chosen,
            max_model_len=self.max_model_len,
            seed=seed,
            kv_cache_gib=kv_cache_gib,
            loras=ACTIVE_ADAPTERS if per_request_adapters else 0,
        )
        self._adapter, self._per_request = adapter, per_request_adapters
        self._numbers, self._refusals = count(), vllm_setup.refusals()
        self._loras: dict[str, Any] = {}
        self._vocab_size: int = self._engine.model_config.get_vocab_size()
        self.capabilities = Capabilities(
            score=True,
            prefill=True,
            adapters="request" if per_request_adapters else "engine",
            prefix_block=self._engine.vllm_config.cache_config.block_size,
            batch_rows=IN_FLIGHT,
        )
        self.identity = EngineIdentity(
            engine="vllm",
            engine_version=vllm_setup.version(),
            model=model.name,
            model_digest=model.digest,
            tokenizer_digest=self.tokenizer.digest,
            dtype=chosen,
            adapter_mode="request" if per_request_adapters else "merged" if adapter else "none",
        )

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        """Continue each prompt; see `Engine.generate`."""
        jobs = []
        for request in requests:
            wrong = self._problem(request)
            if wrong:
                yield Failure(request.id, wrong)
            else:
                params = generate_params(request.decoding, request.grammar)
                jobs.append(Job(request, request.prompt, params))
        for job, output in self._drive(iter(jobs), deque()):
            yield Failure(job.request.id, output) if isinstance(output, str) else self._completion(job.request, output)

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Label probabilities after each prompt; see `Engine.score`."""
        rows = []
        for request in requests:
            wrong = self._problem(request)
            if wrong:
                yield Failure(request.id, wrong)
            else:
                rows.append(Scoring(request))
        more: deque[Job] = deque()
        for job, output in self._drive((job for row in rows for job in row.jobs()), more):
            row = job.scoring
            assert row is not None
            if isinstance(output, str):
                if not row.failed:
                    yield Failure(row.request.id, output)
                row.failed = True
            elif row.take(job, output):
                following = row.jobs()
                more.extend(following)
                if not following:
                    yield row.result()

    def metrics(self) -> dict[str, int]:
        """vLLM's own counters since the start: 'prompt_tokens' and, of those, 'computed_tokens'."""
        values = {m.name: m.value for m in self._alive().get_metrics() if m.name in (PROMPT_TOKENS, CACHED_TOKENS)}
        sent = int(values[PROMPT_TOKENS])
        return {"prompt_tokens": sent, "computed_tokens": sent - int(values[CACHED_TOKENS])}

    def close(self) -> None:
        """Free the model's memory."""
        engine, self._engine = self._engine, None
        if engine is not None:
            from fewsight.serving.engines.vllm import setup as vllm_setup

            vllm_setup.stop(engine)
        folder, self._merged = self._merged, None
        if folder is not None:
            from fewsight.serving.models.merged import release

            release(folder)

    def _alive(self) -> Any:  # noqa: ANN401 - vllm is untyped
        if self._engine is None:
            raise EngineError("This vLLM engine is closed; start a new one.")
        return self._engine

    def _problem(self, request: GenerateRequest | ScoreRequest) -> str | None:
        if not self._per_request and (wrong := wrong_adapter(request, self._adapter)):
            return wrong
        return problem(request, self.max_model_len, self._vocab_size)

    def _drive(self, jobs: Iterator[Job], more: deque[Job]) -> Iterator[tuple[Job, Any]]:
        """Run jobs, those in `more` (which may grow meanwhile) first; yields each with its output or its error."""
        engine = self._alive()
        flying: dict[str, Job] = {}
        try:
            while True:
                while len(flying) < IN_FLIGHT and (job := more.popleft() if more else next(jobs, None)):
                    name = str(next(self._numbers))
                    error = self._send(name, job)
                    if error:
                        yield job, error
                    else:
                        flying[name] = job
                if not flying:
                    return
                for output in self._step():
                    job = flying.pop(output.request_id)
                    yield job, failure(output) or output
        finally:
            if flying and self._engine is not None:
                engine.abort_request(list(flying))

    def _send(self, name: str, job: Job) -> str | None:
        prompt = {"type": "token", "prompt_token_ids": list(job.prompt)}
        lora = None if job.request.adapter is None or not self._per_request else self._lora(job.request.adapter)
        try:
            self._alive().add_request(name, prompt, job.params, lora_request=lora)
        except self._refusals as error:
            return f"vLLM refused this request: {error}"
        except Exception as error:
            raise self._died(error) from error
        return None

    def _step(self) -> list[Any]:
        try:
            return [output for output in self._alive().step() if output.finished]
        except Exception as error:
            raise self._died(error) from error

    def _died(self, error: Exception) -> EngineError:
        with suppress(Exception):  # a dead engine may not even shut down; its own error is the one to tell
            self.close()
        return EngineError(f"vLLM died: {type(error).__name__}: {error}; requests without an answer can be sent again.")

    def _lora(self, adapter: Path) -> Any:  # noqa: ANN401 - vllm is untyped
        from vllm.lora.request import LoRARequest

        from fewsight.serving.models.adapter_checks import check_weights
        from fewsight.serving.models.adapters import WEIGHTS, adapter_digest

        digest = adapter_digest(adapter)
        if digest not in self._loras:
            check_weights(self._base, adapter, adapter / WEIGHTS)
            self._loras[digest] = LoRARequest(digest[:16], len(self._loras) + 1, str(adapter))
        return self._loras[digest]

    def _completion(self, request: GenerateRequest | ScoreRequest, output: Any) -> Completion:  # noqa: ANN401
        answer = output.outputs[0]
        finished = answer.finish_reason == "stop"
        ids = tuple(answer.token_ids)[: -1 if finished else None]
        return Completion(
            id=request.id,
            token_ids=ids,
            text=self.tokenizer.decode(ids),
            finished=finished,
            prompt_tokens=len(request.prompt),
            computed_tokens=computed(output),
        )
