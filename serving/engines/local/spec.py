"""transformers in this process: always installed, so it answers where nothing faster is."""

from fewsight.serving.engines.base import Engine
from fewsight.serving.engines.spec import EngineSpec, StartOptions
from fewsight.serving.models.dtype import pick_dtype


def _start(options: StartOptions) -> Engine:
    from fewsight.serving.engines.local.engine import TransformersEngine

    return TransformersEngine(options.model, adapter=options.adapter, dtype=options.dtype)


SPEC = EngineSpec("transformers", _start, loads_weights=True, takes_adapters=True, preference=10, pick_dtype=pick_dtype)
