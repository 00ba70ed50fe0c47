"""How vLLM is started and stopped, with a GPU and without one."""

import gc
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any, Final

from fewsight.errors import EngineError
from fewsight.serving.engines.vllm.grammars import parse_once

BLOCK: Final = 32
"""Tokens of one prefix-cache block; vLLM's own 128 on a CPU would share little of short prompts."""

ROWS_CPU: Final = 64
KV_GIB_CPU: Final = 2.0


def prepare_environment(gpu: bool) -> None:
    """Set the variables that vLLM reads when it is imported, where the user has not set them."""
    quiet = {"VLLM_LOGGING_LEVEL": "ERROR", "VLLM_NO_USAGE_STATS": "1"}
    # One process: no pipes between Python and the model, which would cost more here than they gain. Threads are neither
    # pinned to cores nor spin while they wait, which would halve the speed whenever anything else runs there. Small
    # kernels of the sampler are compiled otherwise, which takes half a minute and gains nothing here.
    cpu = {
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": str(usable_cores()),
        "TORCHDYNAMO_DISABLE": "1",
    }
    for name, value in {**quiet, **({} if gpu else cpu)}.items():
        os.environ.setdefault(name, value)
    if "vllm" not in sys.modules:
        logging.getLogger("vllm").setLevel(logging.ERROR)


def usable_cores() -> int:
    """How many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start(
    path: Path, *, gpu: bool, dtype: str, max_model_len: int, seed: int, kv_cache_gib: float | None, loras: int
) -> Any:  # noqa: ANN401 - vllm is untyped
    """Load a model folder into a vLLM engine (`vllm.v1.engine.llm_engine.LLMEngine`).

    Args:
        path: the model folder.
        gpu: whether there is one.
        dtype: 'bfloat16' or 'float32'.
        max_model_len: longest prompt plus answer, in tokens.
        seed: of sampling.
        kv_cache_gib: memory for the key-value cache; None for vLLM's own choice on a GPU and 2 GiB on a CPU.
        loras: how many adapters may be active at once; 0 switches adapters per request off.

    Raises:
        EngineError: vLLM can't load it.
    """
    prepare_environment(gpu)
    options: dict[str, Any] = {
        "model": str(path),
        "tokenizer": str(path),
        "dtype": dtype,
        "max_model_len": max_model_len,
        "seed": seed,
        "enable_prefix_caching": True,
        "trust_remote_code": False,
        "load_format": "safetensors",
        "use_tqdm_on_load": False,
        "disable_log_stats": False,
        "structured_outputs_config": {"backend": "guidance"},
        "enable_lora": loras > 0,
        # Logits of bfloat16 are multiples of 1/8 around 20, too coarse for probabilities: the output layer is exact.
        "hf_overrides": {"head_dtype": "float32"},
    }
    if loras:
        options |= {"max_loras": loras, "max_lora_rank": 64}
    if not gpu:
        # Compiling takes minutes on a CPU, and is done again for each model.
        options |= {"block_size": BLOCK, "enforce_eager": True, "max_num_seqs": ROWS_CPU}
    if kv_cache_gib or not (gpu or os.environ.get("VLLM_CPU_KVCACHE_SPACE")):
        options["kv_cache_memory_bytes"] = int((kv_cache_gib or KV_GIB_CPU) * 2**30)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from vllm.engine.arg_utils import EngineArgs
            from vllm.usage.usage_lib import UsageContext
            from vllm.v1.engine.llm_engine import LLMEngine

            parse_once()
            # How many sequences and tokens a step of a GPU takes: its default context is a quarter of `LLM`'s.
            context = UsageContext.LLM_CLASS if gpu else UsageContext.ENGINE_CONTEXT
            return LLMEngine.from_engine_args(EngineArgs(**options), usage_context=context)
    except Exception as error:  # vLLM lets anything through that its workers, torch or pydantic raise
        raise EngineError(f"vLLM can't load {str(path)!r}: {_first_line(error)}") from error


def version() -> str:
    """vLLM's version."""
    import vllm

    return str(vllm.__version__)


def refusals() -> tuple[type[Exception], ...]:
    """Errors by which the installed vLLM refuses one request and lives on."""
    refusals = (ValueError, TypeError, NotImplementedError)
    try:
        from vllm.exceptions import VLLMClientError
    except ImportError:  # newer versions have a family of their own, which is no ValueError
        return refusals
    return (*refusals, VLLMClientError)


def stop(engine: Any) -> None:  # noqa: ANN401 - vllm is untyped
    """Free what an engine holds, so that another can be started in this process."""
    from vllm.distributed.parallel_state import cleanup_dist_env_and_memory

    engine.engine_core.shutdown()
    del engine
    cleanup_dist_env_and_memory()
    gc.collect()


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
