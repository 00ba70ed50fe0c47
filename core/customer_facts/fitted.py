"""What facts take over from data: the values that have columns, and the parameters of models of buying."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from fewsight.customer_facts.btyd import Buying, Purchases, fit_buying
from fewsight.customer_facts.moments import Moments
from fewsight.customer_facts.views import names, purchases_view
from fewsight.customer_facts.vocabulary import MOST, MOST_LABELS, Vocabulary
from fewsight.errors import InputError
from fewsight.statistics.arrays import Floats

_GROUPS = """CREATE OR REPLACE TEMP TABLE fact_groups AS
    SELECT kind = 'order' AS is_order, channel, currency, product, count(*) AS count FROM {events} GROUP BY ALL"""
_CURRENCIES = """SELECT currency FROM fact_groups WHERE is_order GROUP BY ALL
    ORDER BY sum(count) DESC, currency NULLS LAST"""
_CHANNELS = """SELECT channel FROM fact_groups WHERE channel IS NOT NULL GROUP BY ALL
    ORDER BY sum(count) DESC, channel LIMIT {most}"""
_PRODUCTS = """SELECT name FROM (SELECT unnest({names}) AS name, count FROM fact_groups WHERE is_order) GROUP BY ALL
    ORDER BY sum(count) DESC, name LIMIT {most}"""
_TOLD = """CREATE OR REPLACE TEMP TABLE fact_told_of AS SELECT kind, fact_told(attributes) AS told, count(*) AS count
    FROM {events} WHERE kind IN ('order', 'campaign') AND attributes IS NOT NULL GROUP BY ALL"""
_CATEGORIES = """SELECT name FROM (SELECT unnest({names}) AS name, count FROM fact_told_of WHERE kind = 'order')
    GROUP BY ALL ORDER BY sum(count) DESC, name LIMIT {most}"""
_TELLS = """SELECT coalesce(bool_or(kind = 'order' AND told.discounted IS NOT NULL), false),
    coalesce(bool_or(kind = 'campaign' AND told.opened IS NOT NULL), false) FROM fact_told_of"""
_LABELS = """SELECT field, label FROM (SELECT field, label, count(DISTINCT label) OVER (PARTITION BY field) AS labels
    FROM fact_insights JOIN moments USING (customer_id) WHERE moment IS NULL OR as_of IS NULL OR moment <= as_of)
    WHERE labels <= {most} GROUP BY ALL ORDER BY field, label"""
_PURCHASES = """WITH rows AS (SELECT * FROM moments WHERE row BETWEEN $first AND $last), {view}
    SELECT {columns} FROM purchases"""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Give it to a later table of facts, such as rows to predict for, so that columns and models stay the same.

    `days`: how far expected orders look ahead; `tz`: whose days and weekdays are counted; `category`: the column that
    names categories, or None for the known names.
    """

    vocabulary: Vocabulary
    buying: Buying
    days: int = 90
    tz: str = "UTC"
    category: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        same = {"days": self.days, "tz": self.tz, "category": self.category}
        return {"vocabulary": self.vocabulary.as_dict(), "buying": self.buying.as_dict(), **same}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `as_dict` wrote."""
        parts = {"vocabulary": Vocabulary.from_dict(data["vocabulary"]), "buying": Buying.from_dict(data["buying"])}
        return cls(**{**data, **parts})

    @classmethod
    def read(cls, path: Path) -> Self:
        """From the JSON file beside a table of facts.

        Raises:
            InputError: the file can't be read, or is none of those.
        """
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8"))["fitted"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise InputError(
                f"Can't read {str(path)!r} ({error}); name the .json file that `fewsight facts` wrote beside its table."
            ) from error


def fit(moments: Moments, days: int, tz: str, category: str | None, has_insights: bool) -> Fitted:
    """Learn from the events up to each row's moment, and from nothing later."""
    vocabulary = _vocabulary(moments, has_insights)
    currency = vocabulary.currencies[0] if vocabulary.currencies else None
    return Fitted(vocabulary, fit_buying(_purchases(moments, tz, currency), currency), days, tz, category)


def _vocabulary(moments: Moments, has_insights: bool) -> Vocabulary:
    run, events = moments.connection.execute, moments.known_events
    run(_GROUPS.format(events=events))
    run(_TOLD.format(events=events))

    def column(query: str) -> tuple[Any, ...]:
        return tuple(value for (value,) in run(query).fetchall())

    discounts, openings = run(_TELLS).fetchall()[0]
    found = Vocabulary(
        column(_CURRENCIES),
        column(_CHANNELS.format(most=MOST)),
        column(_PRODUCTS.format(most=MOST, names=names("product", quantities=True))),
        column(_CATEGORIES.format(most=MOST, names=names("told.category"))),
        discounts=discounts,
        openings=openings,
    )
    run("DROP TABLE fact_groups; DROP TABLE fact_told_of")
    if not has_insights:
        return found
    labels: dict[str, list[str]] = {}
    for field, label in run(_LABELS.format(most=MOST_LABELS)).fetchall():
        labels.setdefault(field, []).append(label)
    return replace(found, labels={field: tuple(values) for field, values in labels.items()})


def _purchases(moments: Moments, tz: str, currency: str | None) -> Purchases:
    columns = "repeats::DOUBLE, span_days::DOUBLE, age_days::DOUBLE, valued::DOUBLE, mean_value::DOUBLE"
    query = _PURCHASES.format(view=purchases_view(tz, currency), columns=columns)
    pieces: list[list[Floats]] = [[] for _ in range(5)]
    for block in moments.blocks():
        for piece, column in zip(pieces, moments.connection.execute(query, block).fetchnumpy().values(), strict=True):
            piece.append(filled(column))
    return Purchases(*(np.concatenate(piece) if piece else np.empty(0) for piece in pieces))


def filled(column: Any) -> Floats:  # noqa: ANN401 - an array, masked or not
    """An array of DuckDB's with NaN where it has NULL."""
    values = column.astype(np.float64)
    return np.asarray(values.filled(np.nan) if isinstance(values, np.ma.MaskedArray) else values)
