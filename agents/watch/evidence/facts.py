"""Facts of customers at moments: those that an alert shows, and all of them as columns of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fewsight.agents.watch.model import Value
from fewsight.customer_facts import FactOptions, Fitted, open_facts
from fewsight.events import CustomerHistory

if TYPE_CHECKING:
    import pandas as pd

    from fewsight.customer_facts.dictionary import Fact

SHOWN: Final = (
    "order_recency_days",
    "idle_days",
    "gap_median_days",
    "silence_ratio",
    "orders_90d_count",
    "orders_90_to_180d_count",
    "ticket_rate",
    "return_share",
    "discount_share",
)
"""Facts that an alert shows, where they are known now or were before."""


class FactTables:
    """Facts whose columns and models are taken over from the histories that came first.

    Args:
        fitted: what was taken over, as plain data; None where `fit` is still to come.
    """

    def __init__(self, fitted: Mapping[str, Any] | None = None) -> None:
        self._fitted = None if fitted is None else Fitted.from_dict(fitted)
        self.meanings: dict[str, Fact] = {}

    @property
    def fitted(self) -> dict[str, Any]:
        """What was taken over, as plain data."""
        assert self._fitted is not None, "no facts were computed yet"
        return self._fitted.as_dict()

    def of(self, histories: Iterable[CustomerHistory]) -> "pd.DataFrame":
        """A row for each history, in their order, at its own moment; numbers that are not known are NaN."""
        with open_facts(iter(list(histories)), FactOptions(fitted=self._fitted)) as table:
            self._fitted = table.fitted
            self.meanings = {fact.name: fact for fact in table.facts}
            return table.to_pandas()


def value_of(row: Mapping[str, Any], days: int) -> Value | None:
    """Money within so many days at the pace of all days so far, in the currency of most of it; None without any.

    >>> value_of({"spend_eur_minor": 30_000, "tenure_days": 300}, 90).amount
    9000
    """
    spends = {
        name.removeprefix("spend_").removesuffix("_minor"): amount
        for name, amount in row.items()
        if name.startswith("spend_") and name.endswith("_minor") and name.count("_") == 2
    }
    known = {currency: float(amount) for currency, amount in spends.items() if amount is not None and amount > 0}
    if not known:
        return None
    currency = max(known, key=lambda name: known[name])
    tenure = row.get("tenure_days")
    over = max(days, int(tenure) if tenure is not None and tenure == tenure else days)
    words = f"spent in {days} days on average of the {over} days so far"
    return Value(amount=round(known[currency] * days / over), currency=currency.upper(), words=words)


def records(frame: "pd.DataFrame") -> list[dict[str, float | str | None]]:
    """The facts of each row as plain JSON; None where one is not known."""
    facts = frame.drop(columns=["customer_id", "as_of"])
    return [{str(name): plain(cell) for name, cell in row.items()} for row in facts.to_dict("records")]


def plain(cell: Any) -> float | str | None:  # noqa: ANN401 - a cell of a frame
    """A cell as JSON has it; None where it is not known.

    >>> plain(float("nan")), plain(True), plain("web")
    (None, 1.0, 'web')
    """
    if cell is None or isinstance(cell, str):
        return cell
    number = float(cell)
    return None if number != number else round(number, 4)


def medians(frame: "pd.DataFrame", names: Sequence[str]) -> dict[str, float]:
    """Of the columns that are there, over the rows where they are known."""
    known = {name: frame[name].dropna() for name in names if name in frame}
    return {name: float(values.astype(float).median()) for name, values in known.items() if len(values)}
