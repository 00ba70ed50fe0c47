"""Reports of public sets, whose answers are the sets' own labels, and of 100,000 customers: seconds and peak memory.

`DATA` names a folder with telco_churn, cdnow, completejourney_retail and mams_acsa; sets that are not there are left
out. Pages and claims go to `out`.
"""

import json
import subprocess
import sys

from tests.bench.common import Figure


def measure(customers: int = 100_000, out: str = "bench/reports") -> list[Figure]:
    """A churn report of so many made-up customers, and reports of the sets."""
    figures = []
    for name in ("telco_churn", "cdnow", "completejourney_retail", "mams_acsa", str(customers)):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.reports.one", name, out], check=True, capture_output=True, text=True
        )
        told = json.loads(done.stdout.splitlines()[-1])
        figures += [Figure(f"{name}: {what}", value) for what, value in told.items()]
    return figures
