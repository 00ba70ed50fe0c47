from pathlib import Path

import pytest

from fewsight.errors import ConfigError
from fewsight.serving.models import dtype
from fewsight.serving.models.dtype import pick_dtype


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu avx2 amx_bf16 amx_tile", "bfloat16"),
        ("fpu avx512_bf16 avx2", "bfloat16"),
        ("fpu avx512f avx512_vnni avx2", "float32"),
    ],
)
def test_auto_takes_bfloat16_where_it_is_fast(
    flags: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = tmp_path / "cpuinfo"
    facts.write_text(f"processor: 0\nflags\t\t: {flags}\n")
    monkeypatch.setattr(dtype, "CPU_FACTS", facts)
    monkeypatch.setattr(dtype, "has_gpu", lambda: False)
    assert pick_dtype("auto") == expected
    monkeypatch.setattr(dtype, "has_gpu", lambda: True)
    assert pick_dtype("auto") == "bfloat16"


def test_auto_without_facts_is_float32(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dtype, "CPU_FACTS", tmp_path / "missing")
    monkeypatch.setattr(dtype, "has_gpu", lambda: False)
    assert pick_dtype("auto") == "float32"


def test_names_stand_for_themselves() -> None:
    assert [pick_dtype(name) for name in ("bfloat16", "float32")] == ["bfloat16", "float32"]
    with pytest.raises(ConfigError, match=r"bfloat15.*bfloat16"):
        pick_dtype("bfloat15")


def test_the_look_for_gpus_does_not_start_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """vLLM forks its engine, and CUDA that runs before a fork can't be used after it."""
    import torch

    def start() -> int:
        raise AssertionError("this starts CUDA")

    monkeypatch.setenv("PYTORCH_NVML_BASED_CUDA_CHECK", "")
    monkeypatch.delenv("PYTORCH_NVML_BASED_CUDA_CHECK")
    monkeypatch.setattr(torch.cuda, "_is_compiled", lambda: True)
    monkeypatch.setattr(torch.cuda, "_device_count_nvml", lambda: 1)
    monkeypatch.setattr(torch._C, "_cuda_getDeviceCount", start, raising=False)
    assert dtype.has_gpu()
