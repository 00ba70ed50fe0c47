"""What an event's further columns tell: coupons of orders, openings of campaigns, categories of products."""

import json
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fewsight.events import Scalar
from fewsight.tables.reading.rows import unpack
from fewsight.tables.words import squash

if TYPE_CHECKING:
    import duckdb

DISCOUNTS: Final = frozenset(
    [
        "coupon",
        "couponcode",
        "couponused",
        "coupons",
        "voucher",
        "vouchercode",
        "promocode",
        "promotioncode",
        "discount",
        "discounts",
        "discountcode",
        "discountcodes",
        "discountamount",
        "discountpercent",
        "retaildisc",
        "coupondisc",
        "couponmatchdisc",
        "rabatt",
        "gutschein",
        "gutscheincode",
    ]
)
OPENINGS: Final = frozenset(["opened", "clicked", "open", "click", "isopened", "isclicked"])
CATEGORIES: Final = frozenset(
    ["category", "categories", "productcategory", "department", "kategorie", "produktkategorie"]
)
"""Squashed names of columns."""

_NO: Final = frozenset(["", "0", "false", "no", "none", "nan", "nein"])


def is_yes(value: Scalar) -> bool:
    """Whether a cell says more than nothing or no.

    >>> [is_yes(value) for value in ("SPRING10", -250, True, 0, "no", "0.00")]
    [True, True, True, False, False, False]
    """
    text = str(value).strip().casefold()
    try:
        return float(text) != 0
    except ValueError:
        return text not in _NO


def told(values: Mapping[str, Scalar], categories: Collection[str] = CATEGORIES) -> dict[str, bool | str | None]:
    """`discounted`, `opened` and `category` of an event's attributes; None where no column tells it.

    >>> told({"Coupon Code": "SPRING10", "department": "Tea"})
    {'discounted': True, 'opened': None, 'category': 'Tea'}
    """
    discounted: bool | None = None
    opened: bool | None = None
    category: str | None = None
    for name, value in values.items():
        word = squash(name)
        if word in DISCOUNTS:
            discounted = bool(discounted) or is_yes(value)
        elif word in OPENINGS:
            opened = bool(opened) or is_yes(value)
        if word in categories:
            category = category or str(value)
    return {"discounted": discounted, "opened": opened, "category": category}


def add_functions(connection: "duckdb.DuckDBPyConnection", category: str | None) -> None:
    """Give a connection `fact_told(attributes)` and `fact_attributes(attributes)`, until `remove_functions`."""
    import pyarrow as pa

    struct = {"discounted": "BOOLEAN", "opened": "BOOLEAN", "category": "VARCHAR"}
    told_type = pa.struct([("discounted", pa.bool_()), ("opened", pa.bool_()), ("category", pa.string())])
    categories = CATEGORIES if category is None else frozenset([squash(category)])
    tell = partial(_each, lambda values: told(values, categories), told_type)
    show = partial(_each, lambda values: json.dumps(values, ensure_ascii=False), pa.string())
    kind: Any = connection.struct_type(struct)
    connection.create_function("fact_told", lambda cells: tell(cells), ["BLOB"], kind, type="arrow")
    connection.create_function("fact_attributes", lambda cells: show(cells), ["BLOB"], "VARCHAR", type="arrow")


def remove_functions(connection: "duckdb.DuckDBPyConnection") -> None:
    """Take the functions away again."""
    for name in ("fact_told", "fact_attributes"):
        connection.remove_function(name)


def _each(read: Any, kind: Any, cells: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa

    packed: Iterable[bytes | None] = cells.to_pylist()
    return pa.array([None if cell is None else read(unpack(cell)) for cell in packed], kind)
