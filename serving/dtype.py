"""The number type in which a local engine computes."""

from pathlib import Path
from typing import Final, Literal

from fewsight.errors import ConfigError, did_you_mean

Dtype = Literal["bfloat16", "float32"]
DTYPES: Final[tuple[Dtype, ...]] = ("bfloat16", "float32")

CPU_FACTS = Path("/proc/cpuinfo")
MATRIX_UNIT: Final = "amx_bf16"


def pick_dtype(name: str) -> Dtype:
    """The number type that `name` stands for: 'auto' is the one that is fast on this machine.

    That is bfloat16 on a GPU and on processors with a matrix unit for it (Intel's AMX). On other processors bfloat16
    products are emulated: two to ten times slower than float32 on those that we measured (docs/benchmarks.md).

    Raises:
        ConfigError: there is no such number type here.
    """
    if name == "auto":
        return "bfloat16" if has_gpu() or _has_matrix_unit() else "float32"
    for dtype in DTYPES:
        if name == dtype:
            return dtype
    raise ConfigError(f"--dtype {name!r} is not known; use auto, bfloat16 or float32.{did_you_mean(name, DTYPES)}")


def has_gpu() -> bool:
    """Whether torch sees a GPU."""
    import torch

    return bool(torch.cuda.is_available())


def _has_matrix_unit() -> bool:
    try:
        return MATRIX_UNIT in CPU_FACTS.read_text(encoding="utf-8").split()
    except OSError:  # not Linux
        return False
