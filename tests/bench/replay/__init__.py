"""What `--update` saves: the sample shop's table grows day by day, and each day the run is brought up to date.

Engine scripted (no model runs), the real tokenizer, one task. The days are the first of the shop's second year, in
which most happens. Asking everybody each day would be 100 %.
"""

import logging
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

import fewsight
from fewsight.shop.generate import START, generate
from fewsight.shop.tables import write_sample
from tests.bench.common import Figure


def measure(customers: int = 300, days: int = 60, first: int = 366, task: str = "churn_reason") -> list[Figure]:
    """`days` updates, from day `first` of the shop on."""
    logging.getLogger("fewsight").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="fewsight-replay-") as place:
        folder = Path(place)
        write_sample(generate(customers, seed=1, events=(1, 16)), folder)
        events = pd.read_csv(folder / "histories.csv", dtype=str)
        times = pd.to_datetime(events["time"], utc=True)
        rows = [
            _day(events[times <= START + timedelta(days=day)], folder, task, START + timedelta(days=day), day > first)
            for day in range(first, first + days + 1)
        ]
    asked, computed, free, new = (sum(one) for one in zip(*rows[1:], strict=True))
    return [
        Figure("customers on the first day", f"{rows[0][0]:,}"),
        Figure("customers on the last day", f"{rows[-1][0]:,}"),
        Figure("asked if everybody were asked each day", f"{asked:,}"),
        Figure("computed", f"{computed:,}"),
        Figure("of these for customers who are new", f"{new:,}"),
        Figure("answered anew by the ledger, without the model", f"{free:,}"),
        Figure("share computed, %", 100 * computed / asked, "<= 15"),
    ]


def _day(table: pd.DataFrame, folder: Path, task: str, moment: datetime, update: bool) -> tuple[int, int, int, int]:
    """Customers, requests computed, requests that the ledger served, and new customers of one day."""
    run = fewsight.run(
        task, table, folder / "run", engine="scripted", adapters={"*": "none"}, as_of=moment, update=update
    )
    (call,) = run.summaries
    return call.customers, call.computed, call.cached + call.doubled, call.update.new if call.update else 0
