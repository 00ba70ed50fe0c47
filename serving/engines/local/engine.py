"""The embedded engine: transformers in this process, grammars by Outlines, prefixes shared between rows."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fewsight.errors import EngineError
from fewsight.serving.engines.base import (
    Capabilities,
    Completion,
    EngineIdentity,
    Failure,
    GenerateRequest,
    Scored,
    ScoreRequest,
)
from fewsight.serving.engines.batching import padded_batches
from fewsight.serving.engines.checks import problem, wrong_adapter
from fewsight.serving.engines.local.grammars import Grammars, RowGrammar
from fewsight.serving.engines.local.grouped_attention import use_grouped_attention
from fewsight.serving.engines.local.key_values import widen_window
from fewsight.serving.engines.local.label_scores import score_batch
from fewsight.serving.engines.local.row_cache import RowCache
from fewsight.serving.models.dtype import pick_dtype
from fewsight.tokenizer import Tokenizer

if TYPE_CHECKING:
    import torch

    from fewsight.serving.models.names import ModelFolder

BATCH_ROWS = 16

_Request = TypeVar("_Request", GenerateRequest, ScoreRequest)
_Result = TypeVar("_Result", Completion, Scored)


class TransformersEngine:
    """Runs a model folder with transformers, on a GPU where there is one.

    An adapter is merged into the weights when the engine starts, so it costs nothing per request.

    Args:
        model: the folder of a causal language model (safetensors).
        adapter: the folder of a PEFT adapter, or None.
        dtype: 'bfloat16', 'float32', or 'auto' for the one that is fast here.
        max_model_len: longest prompt plus answer in tokens; the model's own limit where None.
        batch_tokens: most prompt tokens that a caller should hand over at once; a batch may grow to twice as many.
    """

    def __init__(
        self,
        model: "ModelFolder",
        *,
        adapter: Path | None = None,
        dtype: str = "auto",
        max_model_len: int | None = None,
        batch_tokens: int = 16_384,
    ) -> None:
        import transformers

        from fewsight.serving.models.tokenizer import load_tokenizer

        folder, chosen = model, pick_dtype(dtype)
        if adapter is not None:
            from fewsight.serving.models.adapters import merged_model

            folder = merged_model(model, adapter, chosen)
        self._adapter, self._merged = adapter, folder.path if adapter else None
        self._model, window = load_model(folder.path, chosen)
        self._rows = RowCache(self._model)
        self.tokenizer: Tokenizer = load_tokenizer(folder.path)
        self._grammars = Grammars(self._model, folder.path, self.tokenizer.eos_id)
        self._ends = _end_tokens(self._model, self.tokenizer)
        self.max_model_len = min(
            max_model_len or model.max_model_len, model.max_model_len, window or model.max_model_len
        )
        self.capabilities = Capabilities(
            score=True, prefill=True, adapters="engine", batch_rows=BATCH_ROWS, batch_tokens=batch_tokens
        )
        self.identity = EngineIdentity(
            engine="transformers",
            engine_version=transformers.__version__,
            model=model.name,
            model_digest=model.digest,
            tokenizer_digest=self.tokenizer.digest,
            dtype=chosen,
            adapter_mode="merged" if adapter else "none",
        )

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        """Continue each prompt; see `Engine.generate`."""
        return self._run(requests, self._generate)

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Label probabilities after each prompt; see `Engine.score`."""
        return self._run(requests, self._score)

    def close(self) -> None:
        """Free the model's memory."""
        self._rows.clear()
        self._model = None
        folder, self._merged = self._merged, None
        if folder is not None:
            from fewsight.serving.models.merged import release

            release(folder)

    def _run(
        self, requests: Sequence[_Request], compute: Callable[[list[_Request]], Iterator[_Result]]
    ) -> Iterator[_Result | Failure]:
        import torch

        if self._model is None:
            raise EngineError("This engine is closed; start a new one.")
        good: list[_Request] = []
        for request in requests:
            reason = self._problem(request)
            if reason:
                yield Failure(request.id, reason)
            else:
                good.append(request)
        # Twice the bound that callers are told, so that a batch stays whole while its answers grow.
        most = 2 * self.capabilities.batch_tokens
        for batch in padded_batches(good, lambda request: len(request.prompt), BATCH_ROWS, most):
            try:
                with torch.inference_mode(), self._rows.guarded():
                    results = list(compute(batch))
            except (RuntimeError, IndexError) as error:  # torch's own: out of memory, a dead device
                raise EngineError(f"transformers failed on a batch of {len(batch)} requests: {error}") from error
            yield from results

    def _problem(self, request: GenerateRequest | ScoreRequest) -> str | None:
        vocab_size = self._model.config.get_text_config().vocab_size
        return problem(request, self.max_model_len, vocab_size) or wrong_adapter(request, self._adapter)

    def _score(self, batch: list[ScoreRequest]) -> Iterator[Scored]:
        return iter(score_batch(self._rows, batch))

    def _generate(self, batch: list[GenerateRequest]) -> Iterator[Completion]:
        rows = [_Generating(request, self._grammars) for request in batch]
        if any(request.decoding.temperature for request in batch):
            self._rows.clear()  # what happens to be cached moves the logits by a rounding error, and so the dice
        active = rows
        while active:
            logits, costs = self._rows.logits([row.tokens for row in active])
            for row, scores, cost in zip(active, logits.cpu(), costs, strict=True):
                row.computed = row.computed or cost
                row.step(scores, self._ends, self.max_model_len)
            active = [row for row in active if not row.done]
        for row in rows:
            yield Completion(
                id=row.request.id,
                token_ids=tuple(row.generated),
                text=self.tokenizer.decode(row.generated),
                finished=row.finished,
                prompt_tokens=len(row.request.prompt),
                computed_tokens=row.computed,
            )


class _Generating:
    """One row while its answer grows."""

    def __init__(self, request: GenerateRequest, grammars: Grammars) -> None:
        import torch

        self.request = request
        self.generated: list[int] = []
        self.computed = 0
        self.done = self.finished = False
        self._grammar: RowGrammar | None = None if request.grammar is None else grammars.start(request.grammar)
        self._random = torch.Generator().manual_seed(request.decoding.seed)

    @property
    def tokens(self) -> tuple[int, ...]:
        return (*self.request.prompt, *self.generated)

    def step(self, scores: "torch.Tensor", ends: frozenset[int], limit: int) -> None:
        if self._grammar is not None:
            scores = self._grammar.mask(self.generated, scores)
        token = self._choose(scores)
        if token in ends:
            self.done = self.finished = True
            return
        self.generated.append(token)
        full = len(self.request.prompt) + len(self.generated) >= limit
        self.done = full or len(self.generated) >= self.request.decoding.max_tokens

    def _choose(self, scores: "torch.Tensor") -> int:
        decoding = self.request.decoding
        if decoding.temperature == 0:
            return int(scores.argmax())
        import torch

        shares, order = (scores / decoding.temperature).softmax(-1).sort(descending=True)
        shares[shares.cumsum(-1) - shares > decoding.top_p] = 0
        return int(order[torch.multinomial(shares, 1, generator=self._random)])


def load_model(path: Path, dtype: str) -> tuple[Any, int | None]:
    """A causal language model in evaluation mode, on a GPU where there is one; its logits are float32 in any `dtype`.

    Sliding windows are widened; the second value tells up to how many tokens the model then answers as it should.

    Raises:
        EngineError: transformers can't load it.
    """
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        model = transformers.AutoModelForCausalLM.from_pretrained(
            path, dtype=getattr(torch, dtype), trust_remote_code=False, use_safetensors=True
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise EngineError(f"transformers can't load {str(path)!r}: {error}") from error
    window = widen_window(model)
    gpu = torch.cuda.is_available()
    model = model.eval().to("cuda" if gpu else "cpu")
    if not gpu:
        use_grouped_attention(model)
    if dtype != "float32":
        model.set_output_embeddings(_exact_head(model.get_output_embeddings()))
    return model, window


def _exact_head(head: Any) -> Any:  # noqa: ANN401 - a torch module
    """The output layer in float32: bfloat16 logits are multiples of 1/8 around 20, too coarse for probabilities."""
    import torch

    exact = torch.nn.Linear(head.in_features, head.out_features, bias=head.bias is not None, device="meta")
    exact.weight = torch.nn.Parameter(head.weight.detach().float(), requires_grad=False)
    if head.bias is not None:
        exact.bias = torch.nn.Parameter(head.bias.detach().float(), requires_grad=False)
    exact.register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))
    return exact


def _end_tokens(model: Any, tokenizer: Tokenizer) -> frozenset[int]:  # noqa: ANN401 - any transformers model
    named = model.generation_config.eos_token_id
    return frozenset([tokenizer.eos_id, *(named if isinstance(named, list) else [named])]) - {None}
