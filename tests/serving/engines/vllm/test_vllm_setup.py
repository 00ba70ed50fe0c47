from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("vllm")

pytestmark = pytest.mark.vllm


@pytest.mark.parametrize(("gpu", "context"), [(True, "LLM_CLASS"), (False, "ENGINE_CONTEXT")])
def test_a_gpu_gets_the_batch_sizes_of_offline_inference(
    gpu: bool, context: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from fewsight.serving.engines.vllm import setup

    setup.prepare_environment(gpu=False)
    from vllm.v1.engine.llm_engine import LLMEngine

    calls: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setattr(LLMEngine, "from_engine_args", lambda args, **named: calls.append((args, named)))
    monkeypatch.setattr(setup, "prepare_environment", lambda gpu: None)
    setup.start(tmp_path, gpu=gpu, dtype="float32", max_model_len=64, seed=0, kv_cache_gib=None, loras=0)
    ((args, named),) = calls
    assert named["usage_context"].name == context
    assert (args.max_num_seqs is None) == gpu  # vLLM's own for that context
