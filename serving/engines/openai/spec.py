"""An OpenAI-compatible server: weights, number type and adapters are the server's own."""

from fewsight.serving.engines.base import Engine
from fewsight.serving.engines.spec import EngineSpec, StartOptions


def _start(options: StartOptions) -> Engine:
    from fewsight.serving.engines.openai.engine import OpenAIEngine

    return OpenAIEngine(options.model, base_url=options.base_url)


SPEC = EngineSpec("openai", _start, loads_weights=False, takes_adapters=False)
