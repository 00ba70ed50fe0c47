"""The number type in which a local engine computes."""

import os
from pathlib import Path
from typing import Final, Literal

from fewsight.errors import ConfigError, did_you_mean

Dtype = Literal["bfloat16", "float32"]
DTYPES: Final[tuple[Dtype, ...]] = ("bfloat16", "float32")

READ_BY_TORCH: Final = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "TORCH_CPP_LOG_LEVEL": "ERROR",
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
}
"""Variables that count only if they are set before torch is imported, or asked about a GPU. Threads that spin while
they wait for each other take many times as long whenever anything else runs on the machine. And a look for GPUs that
starts CUDA in this process keeps vLLM from using one in the process that it forks."""

CPU_FACTS = Path("/proc/cpuinfo")
FAST_BFLOAT16: Final = frozenset({"amx_bf16", "avx512_bf16"})
"""Flags of processors that multiply in bfloat16 themselves: by a matrix unit (Intel) or by vectors (Intel, AMD)."""


def pick_dtype(name: str) -> Dtype:
    """The number type that `name` stands for: 'auto' is the one that is fast on this machine.

    That is bfloat16 on a GPU and on processors that multiply in it (AMX, AVX-512 BF16). On other processors bfloat16
    products are emulated, which took up to ten times as long as float32 on those that we tried.

    Raises:
        ConfigError: there is no such number type here.
    """
    _prepare_torch()
    if name == "auto":
        return "bfloat16" if has_gpu() or _multiplies_bfloat16() else "float32"
    for dtype in DTYPES:
        if name == dtype:
            return dtype
    raise ConfigError(f"--dtype {name!r} is not known; use auto, bfloat16 or float32.{did_you_mean(name, DTYPES)}")


def has_gpu() -> bool:
    """Whether torch sees a GPU."""
    _prepare_torch()
    import torch

    return bool(torch.cuda.is_available())


def _prepare_torch() -> None:
    for name, value in READ_BY_TORCH.items():
        os.environ.setdefault(name, value)


def _multiplies_bfloat16() -> bool:
    try:
        return not FAST_BFLOAT16.isdisjoint(CPU_FACTS.read_text(encoding="utf-8").split())
    except OSError:  # not Linux
        return False
