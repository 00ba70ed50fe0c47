"""Which engines there are, built in or by entry point, and which one a name stands for."""

import logging
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from fewsight.errors import ConfigError, did_you_mean
from fewsight.serving.engines.spec import EngineSpec

logger = logging.getLogger(__name__)

GROUP: Final = "fewsight.engines"
"""Entry points of this group name an `EngineSpec`."""

BUILT_IN: Final = {
    "transformers": "fewsight.serving.engines.local.spec",
    "vllm": "fewsight.serving.engines.vllm.spec",
    "openai": "fewsight.serving.engines.openai.spec",
    "scripted": "fewsight.serving.engines.scripted.spec",
}
"""Modules whose `SPEC` is the engine of this name."""


def find_engine(name: str) -> EngineSpec:
    """The engine that `name` stands for; 'auto' is the installed one that has the highest preference.

    Raises:
        ConfigError: no engine has this name, or it is not installed.
    """
    if name == "auto":
        return max(installed_engines(), key=lambda engine: engine.preference)
    engine = _built_in(name) if name in BUILT_IN else _plugin(name)
    if not engine.installed:
        raise ConfigError(f"Engine {name!r} is not installed; {engine.install or f'install {engine.package!r}'}.")
    return engine


def installed_engines() -> Iterator[EngineSpec]:
    """All engines that can be started here, built-in ones first; a plug-in that can't be loaded is warned of."""
    for name in BUILT_IN:
        if (engine := _built_in(name)).installed:
            yield engine
    for point in _plugins().values():
        try:
            engine = _loaded(point)
        except ConfigError as error:
            logger.warning("%s", error)
            continue
        if engine.installed:
            yield engine


def _built_in(name: str) -> EngineSpec:
    engine: EngineSpec = import_module(BUILT_IN[name]).SPEC
    return engine


def _plugin(name: str) -> EngineSpec:
    plugins = _plugins()
    if name not in plugins:
        raise ConfigError(f"There is no engine {name!r}.{did_you_mean(name, ['auto', *BUILT_IN, *plugins])}")
    return _loaded(plugins[name])


def _plugins() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}


def _loaded(point: EntryPoint) -> EngineSpec:
    try:
        engine = point.load()
    except Exception as error:  # it is foreign code
        raise ConfigError(f"Engine {point.name!r} ({point.value}) can't be imported: {error}") from error
    if not isinstance(engine, EngineSpec):
        raise ConfigError(f"Entry point {point.value!r} is {type(engine).__name__}, and must be an EngineSpec.")
    return engine
