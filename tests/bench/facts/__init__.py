"""Facts of many customers with 20 events each: seconds and peak memory, beside a plain pandas version of fewer.

The events are written straight into a sorted store, so that reading a table is not part of the figure; each figure is
taken in a process of its own, with DuckDB limited to 1 GB.
"""

import json
import subprocess
import sys

from tests.bench.common import Figure

AIM = 2_000


def measure(customers: int = 1_000_000, pandas_customers: int = 100_000) -> list[Figure]:
    """`customers` by fewsight, and `pandas_customers` by both."""
    many = _child("tests.bench.facts.by_fewsight", customers)
    fewer = _child("tests.bench.facts.by_fewsight", pandas_customers)
    plain = _child("tests.bench.facts.by_pandas", pandas_customers)
    return [
        *_figures(f"{customers:,} customers", many, f"<= {AIM}"),
        *_figures(f"{pandas_customers:,} customers", fewer, f"<= {AIM}"),
        *_figures(f"{pandas_customers:,} customers, pandas", plain, ""),
    ]


def _figures(what: str, told: dict[str, float], aim: str) -> list[Figure]:
    return [
        Figure(f"{what}: seconds", told["seconds"]),
        Figure(f"{what}: seconds of CPU", told["cpu"]),
        Figure(f"{what}: peak memory, MB", told["megabytes"], aim),
    ]


def _child(module: str, customers: int) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", module, str(customers)], check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
