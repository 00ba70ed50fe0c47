"""Most of the same facts as one would write them with pandas, in memory; without models, and without a dictionary."""

import sys
import time

import duckdb
import pandas as pd

from tests.bench.facts.events import EVENTS, told

AS_OF = pd.Timestamp("2025-01-01")
_COLUMNS = "customer, make_timestamp(time) AS time, kind, channel, product, amount, currency"


def facts(events: pd.DataFrame) -> pd.DataFrame:
    """One row a customer."""
    events = events.sort_values(["customer", "time"])
    events["days_ago"] = (AS_OF - events["time"]).dt.days
    orders = events[events["kind"] == "order"].copy()
    by = orders.groupby("customer")
    row = pd.DataFrame(index=events["customer"].unique())
    row["tenure_days"] = events.groupby("customer")["days_ago"].max()
    row["idle_days"] = events.groupby("customer")["days_ago"].min()
    for kind, count in events.groupby(["customer", "kind"]).size().unstack(fill_value=0).items():
        row[f"{kind}_count"] = count
    row["order_recency_days"], row["first_order_days"] = by["days_ago"].min(), by["days_ago"].max()
    for span in (90, 180, 365):
        row[f"orders_{span}d"] = orders[orders["days_ago"] < span].groupby("customer").size()
    days = orders.assign(day=orders["time"].dt.normalize()).drop_duplicates(["customer", "day"])
    days["gap"] = days.groupby("customer")["day"].diff().dt.days
    days["number"] = days.groupby("customer").cumcount()
    gaps = days.dropna(subset="gap").groupby("customer")["gap"]
    row["gap_mean"], row["gap_median"], row["gap_longest"] = gaps.mean(), gaps.median(), gaps.max()
    covariance = days.dropna(subset="gap").groupby("customer")[["gap", "number"]].cov().unstack()
    row["gap_trend"] = covariance["gap", "number"] / covariance["number", "number"]
    row["silence_ratio"] = row["order_recency_days"] / row["gap_median"]
    for currency, some in orders.groupby("currency"):
        money = some.groupby("customer")["amount"]
        row[f"spend_{currency}"], row[f"mean_{currency}"] = money.sum(), money.mean()
        row[f"largest_{currency}"] = money.max()
    for column, of in (("channel", events), ("weekday", orders.assign(weekday=orders["time"].dt.day_name()))):
        shares = of.groupby(["customer", column]).size().unstack(fill_value=0)
        for name, share in shares.div(shares.sum(axis=1), axis=0).items():
            row[f"{column}_share_{name}"] = share
    for product in orders["product"].value_counts().index[:12]:
        row[f"product_share_{product}"] = (orders["product"] == product).groupby(orders["customer"]).mean()
    row["products_count"] = by["product"].nunique()
    campaigns = events[events["kind"] == "campaign"].sort_values("time")
    answered = pd.merge_asof(
        campaigns,
        orders[["customer", "time"]].assign(then=orders["time"]).sort_values("time"),
        on="time",
        by="customer",
        direction="forward",
    )
    answered["answer"] = (answered["then"] - answered["time"]).dt.days < 14
    row["campaign_response"] = answered[answered["days_ago"] >= 14].groupby("customer")["answer"].mean()
    return row


def main(customers: int) -> None:
    """Measure, with the events in memory."""
    table = duckdb.sql(f"SELECT {_COLUMNS} FROM ({EVENTS})", params={"customers": customers})
    events = table.df()
    begun, cpu = time.time(), time.process_time()
    facts(events)
    print(told(begun, cpu))


if __name__ == "__main__":
    main(int(sys.argv[1]))
