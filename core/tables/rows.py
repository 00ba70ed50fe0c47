"""One row of a table to one event or profile, or to a reason why not."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final

from fewsight.errors import did_you_mean
from fewsight.events import EVENT_KINDS, Scalar
from fewsight.tables.amounts import currency_code, minor_units, symbol_currency
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.records import BadValue, Broken, Cells, damage
from fewsight.tables.times import microseconds
from fewsight.tables.words import KIND_WORDS, squash

Row = tuple[Any, ...]
"""A row of the store: see `fewsight.tables.store.COLUMNS`."""

# A longer run of digits is a phone number, a card or an id, and is kept as text; nobody sums those.
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,6})", re.ASCII)
_FRACTION = re.compile(r"-?(?:0|[1-9]\d{0,8})\.\d{1,9}", re.ASCII)
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_PROFILE_ID: Final = ""


class RowReader:
    """Reads rows of one table under one mapping (as `ColumnMapping.for_table` gives it)."""

    def __init__(self, mapping: ColumnMapping, columns: Sequence[str], tz: tzinfo | None) -> None:
        self._mapping, self._columns, self._tz = mapping, tuple(columns), tz
        place = {name: at for at, name in enumerate(columns)}
        self._at = {role: place[name] for role, name in mapping.columns.items()}
        self._attributes = [(place[name], name) for name in mapping.attributes or ()]
        self._profile = [(place[name], name) for name in mapping.profile or ()]
        self._kinds = {squash(value): kind for value, kind in mapping.kinds.items()}
        self._known_kinds: dict[str, str] = {}

    def read(self, number: int, line: int, cells: Cells) -> Row | Broken:
        """The event or profile in a row (the `number`-th of its table), or why there is none."""
        if found := damage(cells, self._columns):
            column, reason, value = found
            return Broken(line, reason, column, value, self._customer_or_none(cells))
        try:
            return (
                self._event(number, line, cells)
                if self._mapping.rows == "events"
                else self._profile_row(number, line, cells)
            )
        except _CellError as error:
            value = cells[self._at[error.role]]
            return Broken(line, error.reason, self._mapping.columns[error.role], value, self._customer_or_none(cells))

    def _event(self, number: int, line: int, cells: Cells) -> Row:
        customer = self._customer(number, cells)
        time = self._read("time", cells, self._time)
        kind = self._read("kind", cells, self._kind) or self._mapping.defaults.get("kind")
        if kind is None:
            raise _CellError("kind", "no kind of event; a default can be set under [defaults]")
        if time is None and "time" in self._at:
            raise _CellError("time", "no time")
        given = self._read("event_id", cells, identifier)
        amount, currency = self._money(cells)
        return (
            line,
            customer,
            time,
            given or (f"row-{number}" if "event_id" in self._at else str(number)),
            given is not None,
            kind,
            self._read("channel", cells, identifier) or self._mapping.defaults.get("channel"),
            self._read("text", cells, str),
            self._read("product", cells, identifier),
            amount,
            currency,
            pack(self._attributes, cells),
            pack(self._profile, cells),
        )

    def _profile_row(self, number: int, line: int, cells: Cells) -> Row:
        # an empty id that counts as given: a second profile of a customer is a duplicate like any other
        customer = self._customer(number, cells)
        return (line, customer, None, _PROFILE_ID, True, *[None] * 7, pack(self._profile, cells))

    def _read(self, role: str, cells: Cells, read: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - what `read` gives
        at = self._at.get(role)
        if at is None:
            return None
        value = cells[at]
        if value is None or (isinstance(value, str) and not (value and not value.isspace())):
            return None
        try:
            return read(value)
        except BadValue as bad:
            raise _CellError(role, str(bad)) from None

    def _customer(self, number: int, cells: Cells) -> str:
        if "customer_id" not in self._at:
            return f"row-{number}"
        customer: str | None = self._read("customer_id", cells, identifier)
        if customer is None:
            raise _CellError("customer_id", "no customer id")
        return customer

    def _customer_or_none(self, cells: Cells) -> str | None:
        try:
            return self._read("customer_id", cells, identifier)  # type: ignore[no-any-return]
        except _CellError:
            return None

    def _time(self, value: Any) -> int:  # noqa: ANN401 - any cell
        return microseconds(value, self._tz, self._mapping.day_first)

    def _money(self, cells: Cells) -> tuple[int | None, str | None]:
        currency = self._read("currency", cells, currency_code)
        if "amount" in self._at and currency is None:
            currency = symbol_currency(cells[self._at["amount"]])
        currency = currency or self._mapping.defaults.get("currency")
        unit, mark = self._mapping.amount_unit, self._mapping.decimal
        return self._read("amount", cells, lambda value: minor_units(value, currency, unit, mark)), currency

    def _kind(self, value: Any) -> str:  # noqa: ANN401 - any cell
        word = str(value)
        kind = self._known_kinds.get(word)
        if kind is None:
            short = squash(word)
            kind = self._kinds.get(short) or KIND_WORDS.get(short)
            if kind is None:
                hint = did_you_mean(word.strip().casefold()[:40], EVENT_KINDS)
                raise BadValue(f"unknown kind of event.{hint} Map it under [kinds].")
            self._known_kinds[word] = kind
        return kind


class _CellError(Exception):
    def __init__(self, role: str, reason: str) -> None:
        super().__init__(reason)
        self.role, self.reason = role, reason


def identifier(value: Any) -> str:  # noqa: ANN401 - any cell
    """A cell as a name: 12 and 12.0 (a whole number in a column with gaps) are both '12'."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (float, Decimal)) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)


def scalar(value: Any) -> Scalar | None:  # noqa: ANN401 - any cell
    """A cell as a value of a profile: short plain numbers in text become numbers, everything unusual becomes text."""
    if isinstance(value, str):
        if _WHOLE.fullmatch(value):
            return int(value)
        if _FRACTION.fullmatch(value):
            return float(value)
        return _WORDS.get(value, value) if value and not value.isspace() else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def pack(places: Sequence[tuple[int, str]], cells: Cells) -> str | None:
    """Cells as a JSON object without the empty ones, or None."""
    values = {name: value for at, name in places if (value := scalar(cells[at])) is not None}
    return json.dumps(values, ensure_ascii=False) if values else None


def unpack(packed: str | None) -> Mapping[str, Scalar]:
    """What `pack` packed."""
    return json.loads(packed) if packed else {}
