"""Readers of cells that need to know more than their cell: kinds, authors and money."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from fewsight.events import AGENT_REPLY, kind_problem
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.records import BadValue, Cells
from fewsight.tables.values.amounts import minor_units, symbol_currency
from fewsight.tables.values.currencies import currency_code
from fewsight.tables.words import AGENT, AUTHOR_WORDS, CUSTOMER, KIND_WORDS, NOTE, squash

_MOST_PIECES: Final = 1_000_000


class Kinds:
    """Kinds of events by the words of a table; what no list has is a kind of its own."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {squash(value): kind for value, kind in given.items()}
        self._known: dict[Any, str] = {}

    def __call__(self, value: Any) -> str:  # noqa: ANN401 - any cell
        """The kind that a cell means; raises BadValue for a word that can be none."""
        word = str(value)
        kind = self._known.get(word)
        if kind is None:
            kind = self._read(word)
            if len(self._known) < 10_000:
                self._known[word] = kind
        return kind

    def _read(self, word: str) -> str:
        short = squash(word)
        kind = self._given.get(short) or KIND_WORDS.get(short)
        if kind is None:
            kind = " ".join(word.split())
            if hint := kind_problem(kind):
                raise BadValue(f"unknown kind of event.{hint} Map it under [kinds].")
        return kind


class Authors:
    """Who wrote a row: the customer, or the firm (to the customer, or to itself)."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self._known = AUTHOR_WORDS | {squash(value): who for value, who in mapping.authors.items()}
        self._default_kind = mapping.defaults.get("kind")

    def who(self, value: Any, customer: str | None) -> str:  # noqa: ANN401 - any cell
        """customer, agent or note. Whoever is not known for the customer is the firm: the other way round would put
        words into a customer's mouth.
        """
        word = str(value).strip()
        return self._known.get(squash(word)) or (CUSTOMER if word == customer else AGENT)

    def kind(self, who: str, kind: str | None, has_more: bool) -> str | None:
        """The kind of a text by its author. With `has_more`, a product or an amount, a row stays what it is."""
        if who == CUSTOMER:
            return "message" if kind == self._default_kind == "ticket" else kind
        if has_more:
            return kind
        return "note" if who == NOTE or kind == "note" else AGENT_REPLY


class Money:
    """Currency and amount of one row, in this order: an amount's decimals depend on its currency."""

    def __init__(self, mapping: ColumnMapping, amount_at: int | None, quantity_at: int | None) -> None:
        self._default = mapping.defaults.get("currency")
        self._unit, self._mark = mapping.amount_unit, mapping.decimal
        self._amount_at, self._quantity_at = amount_at, quantity_at
        self._cells: Cells = ()
        self.of_row: str | None = None

    def begin(self, cells: Cells) -> None:
        """A row begins."""
        self._cells = cells
        self.of_row = self._default
        if self._amount_at is not None:
            self.of_row = symbol_currency(cells[self._amount_at]) or self._default

    def currency(self, value: Any) -> str:  # noqa: ANN401 - any cell
        """The currency of the row."""
        self.of_row = currency_code(value)
        return self.of_row

    def amount(self, value: Any) -> int:  # noqa: ANN401 - any cell
        """A sum of money in minor units."""
        return minor_units(value, self.of_row, self._unit, self._mark)

    def price(self, value: Any) -> int:  # noqa: ANN401 - any cell
        """The price of one piece times the row's quantity, in minor units."""
        return round(self.amount(value) * self.quantity())

    def quantity(self) -> Decimal:
        """Pieces of the row; one where the table does not say."""
        value = None if self._quantity_at is None else self._cells[self._quantity_at]
        if value is None or (isinstance(value, str) and not value.strip()):
            return Decimal(1)
        try:
            number = Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) > _MOST_PIECES:
            raise BadValue("not a number of pieces")
        return number
