"""One row of a table to one event or profile, or to a reason why not."""

import json
import marshal
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final

from fewsight.errors import did_you_mean
from fewsight.events import EVENT_KINDS, Scalar
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.records import BadValue, Broken, Cells, damage, is_finite
from fewsight.tables.values.amounts import minor_units, symbol_currency
from fewsight.tables.values.currencies import currency_code
from fewsight.tables.values.times import microseconds
from fewsight.tables.words import KIND_WORDS, squash

Row = tuple[Any, ...]
"""A row of the store: see `fewsight.tables.store.COLUMNS`."""

# A longer run of digits is a phone number, a card or an id, and is kept as text; nobody sums those.
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,6})", re.ASCII)
_FRACTION = re.compile(r"-?(?:0|[1-9]\d{0,8})\.\d{1,9}", re.ASCII)
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_PROFILE_ID: Final = ""
_SLOTS: Final = ("customer_id", "time", "event_id", "kind", "channel", "text", "product", "amount", "currency")


class RowReader:
    """Reads rows of one table under one mapping (as `ColumnMapping.for_table` gives it)."""

    def __init__(self, mapping: ColumnMapping, columns: Sequence[str], tz: tzinfo | None) -> None:
        self._mapping, self._columns = mapping, tuple(columns)
        place = {name: at for at, name in enumerate(columns)}
        self._at = {role: place[name] for role, name in mapping.columns.items()}
        self._attributes = [(place[name], name) for name in mapping.attributes or ()]
        self._profile = [(place[name], name) for name in mapping.profile or ()]
        money = _Money(mapping, self._at.get("amount"))
        readers: dict[str, Callable[[Any], Any]] = {
            "customer_id": identifier,
            "time": lambda value: microseconds(value, tz, mapping.day_first),
            "event_id": identifier,
            "kind": _Kinds(mapping.kinds),
            "channel": identifier,
            "text": str,
            "product": identifier,
            "currency": money.currency,
            "amount": money.amount,
        }
        slots = {role: at for at, role in enumerate(_SLOTS)}
        self._plan = [(role, slots[role], self._at[role], read) for role, read in readers.items() if role in self._at]
        self._money = money
        self._blank = [mapping.defaults.get(role) for role in _SLOTS]
        self._needed = [
            (role, slots[role]) for role in ("time", "kind") if role in self._at and not mapping.defaults.get(role)
        ]

    def read(self, number: int, line: int, cells: Cells) -> Row | Broken:
        """The event or profile in a row (the `number`-th of its table), or why there is none."""
        if found := damage(cells, self._columns):
            column, reason, value = found
            return Broken(line, reason, column, value, self._customer_or_none(cells))
        try:
            return self._event(number, line, cells) if self._mapping.rows == "events" else self._alone(line, cells)
        except _CellError as error:
            value = cells[self._at[error.role]]
            return Broken(line, error.reason, self._mapping.columns[error.role], value, self._customer_or_none(cells))

    def _event(self, number: int, line: int, cells: Cells) -> Row:
        row = self._blank.copy()
        self._money.begin(cells)
        for role, slot, at, read in self._plan:
            value = cells[at]
            if value is None or (type(value) is str and (not value or value.isspace())):
                continue
            try:
                row[slot] = read(value)
            except BadValue as bad:
                raise _CellError(role, str(bad)) from None
        row[8] = self._money.of_row
        customer, given = row[0], row[2]
        if customer is None:
            if "customer_id" in self._at:
                raise _CellError("customer_id", "no customer id")
            customer = f"row-{number}"
        for role, slot in self._needed:
            if row[slot] is None:
                raise _CellError(role, f"no {role}")
        name = given or (f"row-{number}" if "event_id" in self._at else str(number))
        facts = pack(self._attributes, cells), pack(self._profile, cells)
        return (line, customer, row[1], name, given is not None, *row[3:], *facts)

    def _alone(self, line: int, cells: Cells) -> Row:
        # an empty id that counts as given: a second profile of a customer is a duplicate like any other
        customer = self._customer_or_none(cells)
        if customer is None:
            raise _CellError("customer_id", "no customer id")
        return (line, customer, None, _PROFILE_ID, True, *[None] * 7, pack(self._profile, cells))

    def _customer_or_none(self, cells: Cells) -> str | None:
        value = cells[self._at["customer_id"]] if "customer_id" in self._at else None
        return None if value is None else identifier(value) or None


class _CellError(Exception):
    def __init__(self, role: str, reason: str) -> None:
        super().__init__(reason)
        self.role, self.reason = role, reason


class _Kinds:
    """Kinds of events by the words of a table."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {squash(value): kind for value, kind in given.items()}
        self._known: dict[Any, str] = {}

    def __call__(self, value: Any) -> str:  # noqa: ANN401 - any cell
        word = str(value)
        kind = self._known.get(word)
        if kind is None:
            short = squash(word)
            kind = self._given.get(short) or KIND_WORDS.get(short)
            if kind is None:
                hint = did_you_mean(word.strip().casefold()[:40], EVENT_KINDS)
                raise BadValue(f"unknown kind of event.{hint} Map it under [kinds].")
            self._known[word] = kind
        return kind


class _Money:
    """Currency and amount of one row, in this order: an amount's decimals depend on its currency."""

    def __init__(self, mapping: ColumnMapping, amount_at: int | None) -> None:
        self._default = mapping.defaults.get("currency")
        self._unit, self._mark, self._amount_at = mapping.amount_unit, mapping.decimal, amount_at
        self.of_row: str | None = None

    def begin(self, cells: Cells) -> None:
        self.of_row = self._default
        if self._amount_at is not None:
            self.of_row = symbol_currency(cells[self._amount_at]) or self._default

    def currency(self, value: Any) -> str:  # noqa: ANN401 - any cell
        self.of_row = currency_code(value)
        return self.of_row

    def amount(self, value: Any) -> int:  # noqa: ANN401 - any cell
        return minor_units(value, self.of_row, self._unit, self._mark)


def identifier(value: Any) -> str:  # noqa: ANN401 - any cell
    """A cell as a name: 12 and 12.0 (a whole number in a column with gaps) are both '12'."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (float, Decimal)) and is_finite(value) and value == int(value):
        return str(int(value))
    return str(value)


def scalar(value: Any) -> Scalar | None:  # noqa: ANN401 - any cell
    """A cell as a value of a profile: short plain numbers in text become numbers, everything unusual becomes text."""
    if isinstance(value, str):
        if not value or value.isspace():  # most attributes of most events
            return None
        if _WHOLE.fullmatch(value):
            return int(value)
        if _FRACTION.fullmatch(value):
            return float(value)
        return _WORDS.get(value, value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def pack(places: Sequence[tuple[int, str]], cells: Cells) -> bytes | None:
    """Named cells without the empty ones, as bytes that only `unpack` in this process reads, or None."""
    values = {name: value for at, name in places if (value := scalar(cells[at])) is not None}
    # a quarter of the time of JSON, on a path that every event takes twice
    return marshal.dumps(values) if values else None


def unpack(packed: bytes | None) -> dict[str, Scalar]:
    """What `pack` packed."""
    return marshal.loads(packed) if packed else {}  # noqa: S302 - reads what this process wrote to its own folder
