"""Public sets as histories with answers: what the set itself says of each customer, recorded as a run."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight

STAYS: Final = "not_churning"
LEAVES: Final = "unknown"
"""The label of who leaves for no reason that is to be seen: these sets tell none."""

_END: Final = datetime(1997, 10, 1, tzinfo=UTC)
_WEEK: Final = 40

Pair = tuple[CustomerHistory, Insight]


@dataclass(frozen=True)
class Recorded:
    """Histories with their answers, the field that holds the label, and the kind of report that fits."""

    pairs: list[Pair]
    field: str
    kind: str


def read_set(name: str) -> Recorded | None:
    """A set by the name of its folder; None where it is not there.

    Raises:
        ConfigError: $DATA is not set.
    """
    if not (data := os.environ.get("DATA")):
        raise ConfigError("DATA is not set; name the folder that holds the sets.")
    folder = Path(data) / name
    return _SETS[name](folder) if folder.is_dir() else None


def _telco(folder: Path) -> Recorded:
    rows: Any = pd.read_csv(folder / "telco_customer_churn.csv").to_dict(orient="records")
    pairs = []
    for row in rows:
        name, left = str(row.pop("customerID")), row.pop("Churn") == "Yes"
        row["SeniorCitizen"] = "Yes" if row["SeniorCitizen"] else "No"
        row.pop("TotalCharges")
        pairs.append(_pair(CustomerHistory(name, (), row), left, None))
    return Recorded(pairs, "churn.reason", "churn")


def _cdnow(folder: Path) -> Recorded:
    """Purchases of nine months; who bought nothing in the nine months after it has left."""
    table: Any = pd.read_csv(folder / "cdnow_master.csv", dtype={"customer_id": str})
    table["time"] = pd.to_datetime(table["date"], utc=True)
    pairs = []
    for name, rows in table.groupby("customer_id"):
        before = rows[rows["time"] < _END]
        orders = tuple(
            Event(
                f"{name}-{number}", one.time.to_pydatetime(), "order", None, None, None, round(100 * one.dollars), "USD"
            )
            for number, one in enumerate(before.itertuples())
        )
        pairs.append(_pair(CustomerHistory(str(name), orders, until=_END), bool((rows["time"] < _END).all()), _END))
    return Recorded(pairs, "churn.reason", "churn")


def _journey(folder: Path) -> Recorded:
    """Purchases of forty weeks; a household that bought nothing in the thirteen after it has left."""
    table: Any = pd.read_csv(folder / "transactions_sample.csv.gz")
    products: Any = pd.read_csv(folder / "products.csv.gz").set_index("product_id")["product_category"].to_dict()
    people: Any = pd.read_csv(folder / "demographics.csv").set_index("household_id").to_dict(orient="index")
    table["time"] = pd.to_datetime(table["transaction_timestamp"], utc=True)
    end = table.loc[table["week"] <= _WEEK, "time"].max().to_pydatetime()
    pairs = []
    for name, rows in table.groupby("household_id"):
        before = rows[rows["week"] <= _WEEK].sort_values("time")
        if before.empty:
            continue
        history = CustomerHistory(
            str(name), tuple(_baskets(str(name), before, products)), _known(people.get(name, {})), end
        )
        pairs.append(_pair(history, bool((rows["week"] <= _WEEK).all()), end))
    return Recorded(pairs, "churn.reason", "churn")


def _mams(folder: Path) -> Recorded:
    """A sentence is a customer; what it feels about each aspect is the set's label."""
    table: Any = pd.read_csv(folder / "train.csv")
    pairs = []
    for name, rows in table.groupby("sentence_id", sort=False):
        feelings = dict(zip(rows["aspect"], rows["polarity"], strict=True))
        event = Event(str(name), None, "review", None, str(rows["text"].iloc[0]))
        answer: dict[str, Any] = {"aspects": feelings, "evidence": [event.id]}
        history = CustomerHistory(str(name), (event,))
        pairs.append((history, Insight(str(name), "sentiment", None, answer, (event.id,))))
    return Recorded(pairs, "sentiment.aspects", "voice")


def _baskets(name: str, rows: Any, products: dict[int, str]) -> Iterator[Event]:
    for basket, lines in rows.groupby("basket_id", sort=False):
        bought = "; ".join(dict.fromkeys(str(products.get(one, "")) for one in lines["product_id"]))
        cents = round(100 * float(lines["sales_value"].sum()))
        moment = lines["time"].iloc[0].to_pydatetime()
        yield Event(f"{name}-{basket:.0f}", moment, "order", None, None, bought, cents, "USD")


def _known(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value == value and value is not None}


def _pair(history: CustomerHistory, left: bool, as_of: datetime | None) -> Pair:
    answer: dict[str, Any] = {"reason": LEAVES if left else STAYS, "evidence": []}
    return history, Insight(history.customer_id, "churn", as_of, answer)


_SETS: Final = {"telco_churn": _telco, "cdnow": _cdnow, "completejourney_retail": _journey, "mams_acsa": _mams}
