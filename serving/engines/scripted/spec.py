"""An engine without a model, for tests and dry runs."""

from fewsight.serving.engines.base import Engine
from fewsight.serving.engines.spec import EngineSpec, StartOptions


def _start(options: StartOptions) -> Engine:
    from fewsight.serving.engines.scripted.engine import ScriptedEngine

    return ScriptedEngine(options.model, adapter=options.adapter)


SPEC = EngineSpec("scripted", _start, loads_weights=False, takes_adapters=True)
