"""One row of a table to one event or profile, or to a reason why not."""

import json
import marshal
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final

from fewsight.events import Scalar
from fewsight.tables.columns.names import rank
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.reading.readers import Authors, Kinds, Money
from fewsight.tables.records import BadValue, Broken, Cells, is_finite
from fewsight.tables.values.times import microseconds
from fewsight.tables.words import squash
from fewsight.texts.html import plain_text

Row = tuple[Any, ...]
"""A row of the store: see `fewsight.tables.store.COLUMNS`."""

# A longer run of digits is a phone number, a card or an id, and is kept as text; nobody sums those.
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,6})", re.ASCII)
_FRACTION = re.compile(r"-?(?:0|[1-9]\d{0,8})\.\d{1,9}", re.ASCII)
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_PROFILE_ID: Final = ""
_SLOTS: Final = ("customer_id", "time", "event_id", "kind", "channel", "text", "product", "amount", "currency")
_TIME, _KIND, _TEXT, _PRODUCT, _AMOUNT = (_SLOTS.index(role) for role in ("time", "kind", "text", "product", "amount"))


class RowReader:
    """Reads rows of one table under one mapping (as `ColumnMapping.for_table` gives it).

    `table` is its name where it is one of several: then rows without a customer have none, to be found by their order.
    """

    def __init__(
        self, mapping: ColumnMapping, columns: Sequence[str], tz: tzinfo | None, table: str | None = None
    ) -> None:
        self._table = table
        self._mapping, self._columns = mapping, tuple(columns)
        place = {name: at for at, name in enumerate(columns)}
        self._at = {role: place[name] for role, name in mapping.columns.items()}
        self._attributes = [(place[name], name) for name in mapping.attributes or ()]
        self._profile = [(place[name], name) for name in mapping.profile or ()]
        price_at = self._at.get("price") if "amount" not in self._at else None
        self._money = Money(mapping, self._at.get("amount", price_at), self._at.get("quantity"))
        self._plan = self._readers(tz, price_at)
        self._authors = Authors(mapping) if "author" in self._at else None
        self._blank = [mapping.defaults.get(role) for role in _SLOTS]
        self._needed = [
            (role, slot)
            for role, slot in (("time", _TIME), ("kind", _KIND))
            if role in self._at and not mapping.defaults.get(role)
        ]
        self._twins = _twins(mapping, self._columns)
        self._is_list = squash(mapping.columns.get("customer_id", "")).endswith("ids")
        self._order: tuple[Any, ...] = ()

    def _readers(self, tz: tzinfo | None, price_at: int | None) -> list[tuple[str, int, int, Callable[[Any], Any]]]:
        money, day_first = self._money, self._mapping.day_first
        readers: dict[str, Callable[[Any], Any]] = {
            "customer_id": identifier,
            "time": lambda value: microseconds(value, tz, day_first),
            "event_id": identifier,
            "kind": Kinds(self._mapping.kinds),
            "channel": identifier,
            "text": lambda value: plain_text(str(value)),
            "product": identifier,
            "currency": money.currency,
            "amount": money.amount,
        }
        plan = [(role, _SLOTS.index(role), self._at[role], read) for role, read in readers.items() if role in self._at]
        if price_at is not None:
            plan.append(("price", _SLOTS.index("amount"), price_at, money.price))
        return plan

    def read(self, number: int, line: int, cells: Cells) -> Row | Broken:
        """The event or profile in a row (the `number`-th of its table), or why there is none."""
        try:
            return self._alone(line, cells) if self._mapping.rows == "profiles" else self._event(number, line, cells)
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
        self._complete(row, cells)
        row[8] = self._money.of_row
        customer, given = row[0], row[2]
        if customer is None:
            if "customer_id" in self._at:
                raise _CellError("customer_id", "no customer id")
            if self._table is None:
                customer = given if given and self._mapping.rows == "lines" else f"row-{number}"
        for role, slot in self._needed:
            if row[slot] is None:
                raise _CellError(role, f"no {role}")
        name = given or self._own_name(number, line)
        facts = pack(self._attributes, cells), pack(self._profile, cells)
        return (line, customer, row[1], name, self._twins(given, cells), *row[3:], *facts)

    def _own_name(self, number: int, line: int) -> str:
        """What an event is called that its table does not name."""
        if self._table is not None:
            return f"{self._table}:{line}"
        return f"row-{number}" if "event_id" in self._at else str(number)

    def _complete(self, row: list[Any], cells: Cells) -> None:
        """What depends on several cells: text under its subject, kind by author, the order of a line."""
        if self._is_list and row[0]:
            row[0] = first_of_list(row[0])
        if (at := self._at.get("subject")) is not None and cells[at] is not None:
            row[_TEXT] = _under(plain_text(str(cells[at])).strip(), row[_TEXT])
        if self._authors is not None and row[_TEXT] and (author := cells[self._at["author"]]) not in (None, ""):
            who = self._authors.who(identifier(author), row[0])
            row[_KIND] = self._authors.kind(who, row[_KIND], has_more=bool(row[_PRODUCT] or row[_AMOUNT]))
        if self._mapping.rows == "lines":
            self._complete_line(row)
        elif "price" in self._at and row[_KIND] == "order" and (row[_AMOUNT] or 0) < 0:
            row[_KIND] = "return"

    def _complete_line(self, row: list[Any]) -> None:
        """Lines after an order's first may leave its customer and time blank. A quantity is told with the product."""
        given = row[2]
        if given is not None and self._order and self._order[0] == given:
            row[0], row[_TIME] = row[0] or self._order[1], row[_TIME] or self._order[2]
        self._order = (given, row[0], row[_TIME])
        pieces = self._money.quantity() if "quantity" in self._at else 1
        if row[_PRODUCT] and pieces != 1:
            row[_PRODUCT] = f"{abs(pieces):g} x {row[_PRODUCT]}"
        if pieces < 0 and row[_KIND] == "order":
            row[_KIND] = "return"

    def _alone(self, line: int, cells: Cells) -> Row:
        # an empty id that counts as given: a second profile of a customer is a duplicate like any other
        customer = self._customer_or_none(cells)
        if customer is None:
            raise _CellError("customer_id", "no customer id")
        return (line, customer, None, _PROFILE_ID, hash(_PROFILE_ID), *[None] * 7, pack(self._profile, cells))

    def _customer_or_none(self, cells: Cells) -> str | None:
        value = cells[self._at["customer_id"]] if "customer_id" in self._at else None
        return None if value is None else identifier(value) or None


def _under(subject: str, text: str | None) -> str | None:
    """A text under its subject, unless it begins with it."""
    if not subject or (text and squash(text).startswith(squash(subject))):
        return text
    return f"{subject}\n{text}" if text else subject


def _twins(mapping: ColumnMapping, columns: Sequence[str]) -> Callable[[str | None, Cells], int | None]:
    """What is equal in rows of one customer that are doubles, None for a row that is nobody's double.

    An id that was named by the user, or by its column, speaks for itself. One that was guessed does not: only a row
    that is equal in every cell is a double.
    """
    of_events = mapping.columns.get("event_id")
    if of_events is not None and mapping.rows != "lines" and (not mapping.guessed or squash(of_events) == "eventid"):
        return lambda given, _: None if given is None else hash(given)
    ids = [at for at, name in enumerate(columns) if rank("event_id", name)] if mapping.guessed else []
    ids += [columns.index(of_events)] if of_events in columns else []
    return lambda _, cells: hash(tuple(cells)) if any(cells[at] not in (None, "") for at in ids) else None


def first_of_list(value: str) -> str:
    """The first id of a cell that lists several: '501;502' is a ticket of customer 501."""
    return next((part for part in re.split(r"[\s;,|\[\]\"']+", value) if part), value)


class _CellError(Exception):
    def __init__(self, role: str, reason: str) -> None:
        super().__init__(reason)
        self.role, self.reason = role, reason


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
    return pack_values({name: value for at, name in places if (value := scalar(cells[at])) is not None})


def pack_values(values: Mapping[str, Scalar]) -> bytes | None:
    """Values that are read already, as `pack` packs them."""
    # A quarter of the time of JSON, on a path that every event takes twice. Version 2 writes equal values alike.
    return marshal.dumps(dict(values), 2) if values else None


def unpack(packed: bytes | None) -> dict[str, Scalar]:
    """What `pack` or `pack_values` packed."""
    return marshal.loads(packed) if packed else {}  # noqa: S302 - reads what this process wrote to its own folder
