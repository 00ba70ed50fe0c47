"""A map of ids: which ids of several systems are one customer."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fewsight.errors import InputError, did_you_mean
from fewsight.tables.columns.names import tokens
from fewsight.tables.reading.rows import identifier
from fewsight.tables.records import BadValue, Broken, Source
from fewsight.tables.values.ids import clean_id
from fewsight.tables.words import squash

_SYSTEM: Final = ("system", "table", "source", "sourcesystem", "quelle", "tabelle")
_CUSTOMER: Final = ("customer", "customerid", "canonical", "canonicalid", "kunde", "personid", "person", "masterid")
_SHOWN: Final = 3
_FORMS: Final = (
    "It has three columns (the table or system, the id there, the customer: system,id,customer) or two "
    "(an id and the one that it is now: old,new)."
)

Key = tuple[str, str]
"""A table ('' for every table) and an id in it."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    key: Key
    customer: str


@dataclass(slots=True)
class Identities:
    """Ids and the customers whose they are. The map is held in memory: some 300 bytes for each of its rows.

    `of` counts, for each table, rows whose id is in the map and rows whose id is not.
    """

    name: str
    digest: str
    customers: Mapping[Key, str]
    lines: Mapping[Key, int]
    of_pairs: bool
    _used: set[Key] = field(default_factory=set)
    _in: Counter[str] = field(default_factory=Counter)
    _out: Counter[str] = field(default_factory=Counter)
    _new: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._new = set(self.customers.values())

    def of(self, table: str, customer: str) -> str:
        """The customer whose id this is in a table; the id itself where the map does not have it."""
        key = ("" if self.of_pairs else table, customer)
        found = self.customers.get(key)
        if found is None:
            self._out[table] += not self.of_pairs or customer not in self._new
            self._in[table] += self.of_pairs and customer in self._new
            return customer
        self._used.add(key)
        self._in[table] += 1
        return found

    def notes(self) -> Iterator[str]:
        """What does not fit: ids that are in no table, tables whose ids are mostly not in the map."""
        unused = [key for key in self.customers if key not in self._used]
        if unused:
            shown = ", ".join(f"{_said(key)} on line {self.lines[key]}" for key in unused[:_SHOWN])
            yield f"{len(unused):,} of {len(self.customers):,} ids of {self.name} are in no table ({shown})"
        for table in sorted({*self._in, *self._out}):
            rows = self._in[table] + self._out[table]
            if 2 * self._in[table] < rows:
                yield f"only {self._in[table]:,} of {rows:,} rows of {table!r} have an id that is in {self.name}"


def read_identities(source: Source, tables: Sequence[str]) -> Identities:
    """The map in a table, joined over all its rows; `tables` are the names of the tables whose ids it tells.

    Raises:
        InputError: columns that are neither form, a system that is no table, a cycle, or an id of two customers; lines
            are named.
    """
    system, id_column, customer = _columns(source)
    rows = list(_rows(source, system, id_column, customer))
    if system is not None:
        rows = [replaced for row in rows for replaced in _by_table(row, tables, source.name)]
    first: dict[Key, _Row] = {}
    for row in rows:
        first.setdefault(row.key, row)
    for row in rows:
        earlier = first[row.key]
        if earlier.customer != row.customer and (system is not None or _end(earlier, first) != _end(row, first)):
            raise InputError(
                f"{source.name}: {_said(row.key)} is {earlier.customer!r} on line {earlier.line} and {row.customer!r} "
                f"on line {row.line}. Remove the wrong line."
            )
    customers = {key: _end(row, first) if system is None else row.customer for key, row in first.items()}
    for key, row in first.items():
        if system is None and customers[key] == _CYCLE:
            raise InputError(f"{source.name}: {_cycle(row, first)}. Remove the wrong line.")
    lines = {key: row.line for key, row in first.items()}
    return Identities(source.name, source.digest(), customers, lines, system is None)


_CYCLE: Final = "\0cycle"


def _end(row: _Row, first: Mapping[Key, _Row]) -> str:
    """The id at the end of a chain of pairs."""
    seen = {row.key[1]}
    while (found := first.get(("", row.customer))) is not None:
        if row.customer in seen:
            return _CYCLE
        seen.add(row.customer)
        row = found
    return row.customer


def _cycle(row: _Row, first: Mapping[Key, _Row]) -> str:
    steps: list[_Row] = []
    while row.key[1] not in [step.key[1] for step in steps]:
        steps.append(row)
        row = first[("", row.customer)]
    steps = steps[[step.key[1] for step in steps].index(row.key[1]) :]
    chain = ", ".join(f"{step.key[1]!r} is {step.customer!r} on line {step.line}" for step in steps[:_SHOWN])
    more = f", and {len(steps) - _SHOWN} further lines" if len(steps) > _SHOWN else ""
    return f"ids lead back to themselves: {chain}{more}"


def _columns(source: Source) -> tuple[int | None, int, int]:
    """Places of the system (None: pairs), the id and the customer."""
    words = [squash(name) for name in source.columns]
    if len(words) == 2:
        return None, 0, 1
    system = next((at for at, word in enumerate(words) if word in _SYSTEM), None)
    customer = next((at for at, word in enumerate(words) if word in _CUSTOMER), None)
    rest = [at for at in range(len(words)) if at not in (system, customer)]
    ids = [at for at in rest if words[at] in ("id", "localid", "externalid")] or (rest if len(rest) == 1 else [])
    if system is None or customer is None or len(ids) != 1:
        shown = ", ".join(map(repr, source.columns))
        raise InputError(f"{source.name} is no map of ids: its columns are {shown}. {_FORMS}")
    return system, ids[0], customer


def _rows(source: Source, system: int | None, id_column: int, customer: int) -> Iterator[_Row]:
    for line, cells in source.records():
        if isinstance(cells, Broken):
            raise InputError(f"{source.name}, line {line}: {cells.reason}. Correct the line.")
        old, new = (_id(source, line, cells[at]) for at in (id_column, customer))
        where = "" if system is None else str(cells[system] or "").strip()
        if system is not None and not where:
            raise InputError(f"{source.name}, line {line}: no table or system. Say whose id {old!r} is.")
        if system is not None or old != new:
            yield _Row(line, (where, old), new)


def _id(source: Source, line: int, cell: Any) -> str:  # noqa: ANN401 - any cell
    try:
        value = clean_id(cell)
    except BadValue as bad:
        raise InputError(f"{source.name}, line {line}: {cell!r} is {bad}.") from None
    if value is None or not identifier(value):
        raise InputError(f"{source.name}, line {line}: an id is empty. Fill it in, or remove the line.")
    return identifier(value)


def _by_table(row: _Row, tables: Sequence[str], name: str) -> Iterator[_Row]:
    """A row for each table of its system: the one of that name, or those with the system's name as a word in theirs."""
    system = row.key[0]
    mine = [table for table in tables if squash(table) == squash(system)]
    mine = mine or [table for table in tables if squash(system) in tokens(table)]
    if not mine:
        raise InputError(
            f"{name}, line {row.line}: {system!r} is none of the tables.{did_you_mean(system, tables)} "
            "A system is named as its table is, or by a word of its tables' names."
        )
    return (_Row(row.line, (table, row.key[1]), row.customer) for table in mine)


def _said(key: Key) -> str:
    return f"id {key[1]!r}" if not key[0] else f"id {key[1]!r} of {key[0]!r}"
