"""What benchmarks share: sizes from the command line, two sides timed in turn, a report."""

import inspect
import json
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from fewsight.errors import ConfigError, did_you_mean

RESULTS = Path(__file__).parents[2] / "bench" / "results.jsonl"


@dataclass(frozen=True)
class Figure:
    """One measured value, and what it should be."""

    name: str
    value: float | str
    aim: str = ""


def timed(work: Callable[[], object]) -> float:
    """Do the work; the seconds that it took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turn(sides: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each side; the order turns round each time, so that a machine that changes its speed favours none."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(repeats):
        for name in list(sides)[:: -1 if number % 2 else 1]:
            seconds[name].append(sides[name]())
    return seconds


def speed(name: str, reference: Sequence[float], mine: Sequence[float], aim: str = "") -> list[Figure]:
    """How fast one side is as a share of the reference's speed; pairs did the same work, one right after the other."""
    pairs = sorted(first / second for first, second in zip(reference, mine, strict=True))
    quarter = len(pairs) // 4
    return [
        Figure(f"{name}, median of {len(pairs)} pairs", median(pairs), aim),
        Figure(f"{name}, middle half of the pairs", f"{pairs[quarter]:.3f} to {pairs[-1 - quarter]:.3f}"),
        Figure(f"{name}, over the whole time", sum(reference) / sum(mine)),
    ]


def sizes_of(measure: Callable[..., object], given: Sequence[str]) -> dict[str, Any]:
    """The defaults of a benchmark, changed by words such as 'rows=100'.

    Raises:
        ConfigError: a word is no size of this benchmark.
    """
    sizes = {name: parameter.default for name, parameter in inspect.signature(measure).parameters.items()}
    for word in given:
        name, _, value = word.partition("=")
        if name not in sizes:
            raise ConfigError(f"There is no size {name!r} here; there are {sizes}.{did_you_mean(name, list(sizes))}")
        sizes[name] = type(sizes[name])(value)
    return sizes


def publish(name: str, sizes: Mapping[str, object], figures: Sequence[Figure]) -> None:
    """Print the figures as a table, and add them as a line to bench/results.jsonl."""
    print(f"\n{name} ({', '.join(f'{key}={value}' for key, value in sizes.items())})")
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        value = figure.value if isinstance(figure.value, str) else f"{figure.value:.4g}"
        print(f"  {figure.name:{width}}  {value:>16}  {figure.aim and 'aim ' + figure.aim}".rstrip(), flush=True)
    line = {
        "benchmark": name,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "sizes": dict(sizes),
        "figures": [asdict(figure) for figure in figures],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
