"""An engine as a package of somebody else's would bring it, named by an entry point of the tests."""

from fewsight.errors import ConfigError
from fewsight.serving.engines.base import Engine
from fewsight.serving.engines.spec import EngineSpec, StartOptions

started: list[StartOptions] = []


def start(options: StartOptions) -> Engine:
    from fewsight.serving.engines.local.engine import TransformersEngine

    started.append(options)
    return TransformersEngine(options.model, adapter=options.adapter, dtype=options.dtype)


def pick_dtype(named: str) -> str:
    if named not in ("auto", "float32"):
        raise ConfigError(f"--dtype {named!r} is not known to the engine 'plugin'; use float32.")
    return "float32"


SPEC = EngineSpec(
    "plugin", start, loads_weights=True, takes_adapters=True, preference=30, prefix_block=8, pick_dtype=pick_dtype
)
NOT_HERE = EngineSpec(
    "absent", start, loads_weights=True, takes_adapters=True, preference=40, package="no_such_package"
)
NO_SPEC = "not an engine"
