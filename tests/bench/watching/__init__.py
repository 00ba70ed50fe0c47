"""What a watch is worth: Complete Journey's weeks are looked at one by one, as if each had just come in.

An answerer learns from the first half of the year, by half of the households; then the watch looks every week until no
window would end within the year. False alarms are those of the thresholds that each look had, among all who were
watched; alerts are compared with the same number by chance, and by the longest silence, under the same rules.
"""

import logging
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from fewsight.agents.watch.api import watch
from fewsight.agents.watch.judging.choosing import choose
from fewsight.agents.watch.judging.thresholds import share_of
from fewsight.agents.watch.options import WatchOptions
from fewsight.agents.watch.state import State
from fewsight.errors import ConfigError
from fewsight.evals.suite.config import make_suite
from fewsight.evals.suite.run import evaluate
from fewsight.evals.suite.saving import Save
from fewsight.outcomes import read_outcome
from fewsight.outcomes.labelled import Plan
from fewsight.outcomes.sides import Sides
from fewsight.outcomes.windows import Windows
from fewsight.pages.formats import share
from fewsight.prompts.predicting.making import SUITE, prepare
from fewsight.serving.answerers.folder import read_answerer
from fewsight.tables import open_histories
from tests.bench.common import Figure

END = datetime(2017, 12, 31, 23, 59, 59, tzinfo=UTC)


def measure(
    days: int = 56, begin: int = 27, budget: int = 20, percent: int = 10, arm: str = "facts-lr", every: int = 7
) -> list[Figure]:
    """Looks from week `begin` on, at lapses within `days`; `percent` false alarms are promised."""
    logging.getLogger("fewsight").setLevel(logging.ERROR)
    orders = _orders()
    first = datetime(2017, 1, 1, tzinfo=UTC) + timedelta(weeks=begin)
    with tempfile.TemporaryDirectory(prefix="fewsight-watch-") as place:
        folder = Path(place)
        answerer = _answerer(orders[orders["time"] <= first.isoformat()], folder, days, arm, every)
        with State.open(folder / "watch") as state:
            moment = first
            while moment + timedelta(days=days) <= END:
                options = WatchOptions(budget=budget, false_alarms=percent / 100, past=26)
                with open_histories(orders[orders["time"] <= moment.isoformat()]) as table:
                    watch(folder / "lapse", table, answerer, state, options, as_of=moment)
                moment += timedelta(weeks=1)
            return _figures(state, orders, days, budget, read_answerer(answerer).digest, percent)


def _orders() -> pd.DataFrame:
    """One row a basket: whose, when, how much."""
    place = os.environ.get("DATA")
    path = Path(place or "") / "completejourney_retail" / "transactions_sample.csv.gz"
    if not place or not path.is_file():
        raise ConfigError("Set DATA to a folder with completejourney_retail/transactions_sample.csv.gz.")
    lines = pd.read_csv(path)
    whose = lines.groupby(["household_id", "basket_id"], as_index=False)
    baskets = whose.agg(time=("transaction_timestamp", "min"), amount=("sales_value", "sum"))
    return pd.DataFrame(
        {
            "customer_id": baskets["household_id"].astype(str),
            "time": pd.to_datetime(baskets["time"], utc=True).map(lambda one: one.isoformat()),
            "kind": "order",
            "amount": baskets["amount"].round(2),
            "currency": "USD",
        }
    ).sort_values("time")


def _answerer(orders: pd.DataFrame, folder: Path, days: int, arm: str, every: int) -> Path:
    with open_histories(orders) as table:
        assert table.newest is not None
        outcome = read_outcome(f"no order within {days} days")
        windows = Windows(outcome, table.newest, timedelta(days=every), active_days=days)
        prepare("lapse", table, Plan(windows, Sides(test=0.5, calibration=0.1)), folder)
    task = {
        "task": str(folder / "lapse"),
        **{side: str(folder / f"{side}.jsonl") for side in ("train", "calibration", "test")},
    }
    suite = make_suite(
        {"title": SUITE, "arms": [arm], "baselines": False, "metric": "auc", "tasks": [task], "limit": 500}
    )
    evaluate(suite, folder / "eval", save=Save(arm, folder / "answerer"))
    return folder / "answerer"


def _figures(state: State, orders: pd.DataFrame, days: int, budget: int, answerer: str, percent: int) -> list[Figure]:
    """All scores of the looks, with what became of them."""
    times = {
        who: pd.to_datetime(group).dt.tz_localize(None).to_numpy()
        for who, group in orders.groupby("customer_id")["time"]
    }
    rows, alarms, by_silence = [], [], []
    silent: dict[str, datetime] = {}
    for look in state.looks():
        risks = state.scored(answerer, look.moment)
        silence = {who: _silence(times[who], look.moment) for who in risks}
        known = {who: _lapses(times[who], look.moment, days) for who in risks}
        if look.threshold.value is not None:
            rows += [(who, known[who], risk > look.threshold.value) for who, risk in risks.items()]
        picked = choose(
            silence, -1.0, look.moment, silent, budget=look.written, again_after=days, rank="risk", values=lambda _: {}
        )
        silent |= dict.fromkeys(picked.customers, look.moment)
        by_silence += [(who, known[who]) for who in picked.customers]
    alerts = state.alerts()
    alarms = [(one.customer_id, _lapses(times[one.customer_id], one.moment, days)) for one in alerts]
    whose, came, above = (np.array(column) for column in zip(*rows, strict=True))
    negative = ~came.astype(bool)
    looks = state.looks()
    return [
        Figure(
            "looks", f"{len(looks)}, of which {sum(one.threshold.value is not None for one in looks)} with a threshold"
        ),
        Figure("questions watched, and lapses among them", f"{len(came):,}, {came.mean():.1%}"),
        Figure("false alarms of thresholds", _share(above.astype(bool), negative, whose), f"<= {percent} %"),
        Figure(
            "as past windows said at the last look",
            share(looks[-1].threshold.realised) if looks[-1].threshold.realised else "",
        ),
        Figure("lapses above thresholds", _share(above.astype(bool), ~negative, whose)),
        Figure("alerts, at most a week", f"{len(alerts)}, {budget}"),
        Figure("precision of alerts", _precision(alarms)),
        Figure(
            "precision by chance: lapses among the watched", _share(came.astype(bool), np.ones(len(came), bool), whose)
        ),
        Figure("precision by the longest silence", _precision(by_silence)),
        Figure("alerts less silence", _gap(alarms, by_silence)),
    ]


def _silence(times: np.ndarray, moment: datetime) -> float:
    before = times[times <= np.datetime64(moment.replace(tzinfo=None))] if times.dtype.kind == "M" else times
    return float((np.datetime64(moment.replace(tzinfo=None)) - before.max()) / np.timedelta64(1, "s"))


def _lapses(times: np.ndarray, moment: datetime, days: int) -> bool:
    begin = np.datetime64(moment.replace(tzinfo=None))
    return not bool(((times > begin) & (times <= begin + np.timedelta64(days, "D"))).any())


def _share(hits: np.ndarray, among: np.ndarray, whose: np.ndarray) -> str:
    codes = np.unique(whose, return_inverse=True)[1].astype(np.int64)
    figure = share_of(hits, among, codes)
    return "none" if figure is None else share(figure)


def _precision(rows: list[tuple[str, bool]]) -> str:
    whose, came = (np.array(column) for column in zip(*rows, strict=True))
    return _share(came.astype(bool), np.ones(len(came), dtype=bool), whose)


def _gap(one: list[tuple[str, bool]], other: list[tuple[str, bool]]) -> str:
    """Points by which the first is better, over resamples of customers."""
    chance, names = np.random.default_rng(0), sorted({who for who, _ in (*one, *other)})
    place = {who: number for number, who in enumerate(names)}
    sums = np.zeros((len(names), 4))
    for column, rows in ((0, one), (2, other)):
        for who, came in rows:
            sums[place[who], column] += came
            sums[place[who], column + 1] += 1
    drawn = chance.multinomial(len(names), np.full(len(names), 1 / len(names)), size=2000) @ sums
    gaps = drawn[:, 0] / drawn[:, 1] - drawn[:, 2] / drawn[:, 3]
    whole = sums.sum(axis=0)
    low, high = np.quantile(gaps, [0.025, 0.975])
    return f"{100 * (whole[0] / whole[1] - whole[2] / whole[3]):+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
