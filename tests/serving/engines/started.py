"""The engines that the contract is checked on, started with little memory; a server stops when its iterator ends."""

from collections.abc import Callable, Iterator

from fewsight.serving.engines.base import Engine
from fewsight.serving.engines.local.engine import TransformersEngine
from fewsight.serving.engines.openai.engine import OpenAIEngine
from fewsight.serving.engines.scripted.engine import ScriptedEngine
from fewsight.serving.engines.vllm.engine import VllmEngine
from fewsight.serving.models.names import ModelFolder
from tests.serving.engines.vllm_server import running_server

LENGTH = 768


def _scripted(model: ModelFolder) -> Iterator[Engine]:
    yield ScriptedEngine(model, max_model_len=LENGTH)


def _transformers(model: ModelFolder) -> Iterator[Engine]:
    yield TransformersEngine(model, max_model_len=LENGTH)


def _vllm(model: ModelFolder) -> Iterator[Engine]:
    yield VllmEngine(model, max_model_len=LENGTH, kv_cache_gib=0.5)


def _openai(model: ModelFolder) -> Iterator[Engine]:
    with running_server(model, LENGTH) as url:
        yield OpenAIEngine(model, base_url=url, attempts=2, pause=0.05)


ENGINES: dict[str, Callable[[ModelFolder], Iterator[Engine]]] = {
    "scripted": _scripted,
    "transformers": _transformers,
    "vllm": _vllm,
    "openai": _openai,
}
