"""Training beside TRL's SFTTrainer: the same Banking77 rows, tokens with loss, batch, rank and optimizer.

Each side trains in a process of its own, in turn. TRL needs `pip install trl`, which nothing else of fewsight does.
"""

import importlib.util
import json
import subprocess
import sys
from statistics import median

from fewsight.errors import ConfigError
from tests.bench.common import Figure

SIDES = ("fewsight", "TRL")


def measure(rows: int = 512, batch: int = 32, rank: int = 16, repeats: int = 3, threads: int = 0) -> list[Figure]:
    """Tokens (prompt and answer) trained on in a second, without the first step, and peak memory; 0 threads: all."""
    if importlib.util.find_spec("trl") is None:
        raise ConfigError("TRL is not installed; pip install trl.")
    found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for number in range(repeats):
        for side in SIDES[:: -1 if number % 2 else 1]:
            found[side].append(_child(side, rows, batch, rank, threads))
    ratios = [ours["rate"] / theirs["rate"] for ours, theirs in zip(found["fewsight"], found["TRL"], strict=True)]
    shares = [run["share"] for run in found["fewsight"]]
    figures = [
        Figure("tokens/s, fewsight / TRL, median", median(ratios), ">= 1.0"),
        Figure("tokens/s, fewsight / TRL, least and most", f"{min(ratios):.2f} to {max(ratios):.2f}"),
        Figure("products of frozen layers, share of the machine's rate of such products", median(shares)),
    ]
    for side in SIDES:
        for key, name in (("rate", "tokens/s"), ("loss", "loss of the last step"), ("peak", "peak memory, MiB")):
            figures.append(Figure(f"{side}: {name}", median(run[key] for run in found[side])))
    return figures


def _child(side: str, rows: int, batch: int, rank: int, threads: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.training_side", side, *map(str, (rows, batch, rank, threads))]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result
