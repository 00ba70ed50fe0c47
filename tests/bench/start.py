"""How soon `fewsight --help` is there, and that `import fewsight` loads no model library."""

import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.bench.common import Figure, timed

HEAVY = ("torch", "transformers", "vllm")
COMMAND = Path(sys.executable).parent / "fewsight"


def measure(calls: int = 10) -> list[Figure]:
    """Seconds of `fewsight --help`, and the heavy modules that importing fewsight brings in."""
    seconds = [timed(_help) for _ in range(calls)]
    code = f"import sys, fewsight; print(*[name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    return [
        Figure("fewsight --help, median seconds", median(seconds), "<= 0.4"),
        Figure("fewsight --help, slowest seconds", max(seconds)),
        Figure(f"of {', '.join(HEAVY)}, imported by fewsight", loaded or "none", "none"),
    ]


def _help() -> None:
    subprocess.run([COMMAND, "--help"], capture_output=True, check=True)
