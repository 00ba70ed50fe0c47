"""Nested values: JSON objects in cells as columns with dotted names, and lists of an order's lines as its products."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fewsight.events import PRODUCTS
from fewsight.tables.columns.sheet import Sheet
from fewsight.tables.records import Broken, Cells, Record, Source

_DEPTH: Final = 3
_PRODUCT_KEYS: Final = ("name", "title", "product_name", "product", "product_title", "item_name", "description", "sku")
_LINE_KEYS: Final = frozenset(
    ["quantity", "qty", "price", "unit_price", "amount", "sku", "product_id", "item_price", "total"]
)
LINES: Final = "products"
"""The last part of the name of a column that lists an order's products."""


def parsed(cell: Any) -> Any:  # noqa: ANN401 - any cell
    """The object or list in a cell, None where there is none."""
    if not isinstance(cell, str) or cell.lstrip()[:1] not in ("{", "["):
        return None
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


def dotted(sheet: Sheet) -> tuple[str, ...]:
    """Dotted names of everything that stands in objects of the first rows, in order of first appearance."""
    names: dict[str, None] = {}
    for column in sheet.columns:
        for cell in sheet.sample[column][:100]:
            if (value := parsed(cell)) is not None:
                names.update(dict.fromkeys(f"{column}.{path}" for path, _ in _leaves(value, _DEPTH)))
    return tuple(name for name in names if name not in sheet.columns)


class Nested:
    """A source with more columns: values out of objects, by dotted names."""

    def __init__(self, source: Source, names: Sequence[str], without: Sequence[str] = ()) -> None:
        self._source, self._names = source, tuple(names)
        self.name = source.name
        self._kept = [at for at, name in enumerate(source.columns) if name not in without]
        self.columns = (*(source.columns[at] for at in self._kept), *self._names)
        self._parents = {at: name for at, name in enumerate(source.columns) if self._below(name)}

    def records(self) -> Iterator[Record]:
        """All rows, each with its values out of objects."""
        for line, cells in self._source.records():
            yield line, cells if isinstance(cells, Broken) else self.widened(cells)

    def widened(self, cells: Cells) -> list[Any]:
        """One row with the further columns."""
        values: dict[str, Any] = {}
        for at, column in self._parents.items():
            if (value := parsed(cells[at])) is not None:
                values |= {f"{column}.{path}": leaf for path, leaf in _leaves(value, _DEPTH)}
        return [*(cells[at] for at in self._kept), *(values.get(name) for name in self._names)]

    def digest(self) -> str:
        """That of the source."""
        return self._source.digest()

    def _below(self, column: str) -> list[str]:
        return [name for name in self._names if name.startswith(f"{column}.")]


def _leaves(value: Any, depth: int) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    """Path and value of everything plain in an object; lists stay JSON, but for lines and single objects."""
    if isinstance(value, list):
        if (products := _products(value)) is not None:
            yield LINES, products
        elif len(value) == 1 and isinstance(value[0], dict):
            yield from ((f"0.{path}", leaf) for path, leaf in _leaves(value[0], depth))
        return
    for key, inner in value.items():
        if isinstance(inner, (dict, list)):
            if depth > 1:
                yield from ((f"{key}.{path}", leaf) for path, leaf in _leaves(inner, depth - 1))
            if isinstance(inner, list):
                yield key, json.dumps(inner, ensure_ascii=False)
        else:
            yield key, inner


def _products(lines: Sequence[Any]) -> str | None:
    """'Coffee grinder; 2 x Kettle' of a list of lines; None where they are none."""
    if not lines or not all(isinstance(line, dict) and _LINE_KEYS & line.keys() for line in lines):
        return None
    named = [_product(line) for line in lines]
    return PRODUCTS.join(named) if all(named) else None


def _product(line: Mapping[str, Any]) -> str:
    name = next((str(line[key]) for key in _PRODUCT_KEYS if isinstance(line.get(key), (str, int))), "")
    pieces = line.get("quantity", line.get("qty", 1))
    return f"{pieces} x {name}" if name and isinstance(pieces, int) and pieces > 1 else name
