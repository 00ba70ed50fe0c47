"""Tables that say more of what events name, such as products or campaigns: their columns are put beside, by a key."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from fewsight.digest import digest
from fewsight.errors import InputError, MappingError, did_you_mean
from fewsight.tables.columns.names import rank, tokens
from fewsight.tables.columns.values import is_amount, is_time, mostly
from fewsight.tables.reading.rows import identifier
from fewsight.tables.records import Broken, Cells, OpenedSource, Record, Short, Source
from fewsight.tables.words import squash

_LOOKED_AT: Final = 1_000
_IDS: Final = frozenset(["id", "ids", "code", "key", "nr", "number", "sku", "uid"])
_BARE: Final = frozenset(
    ["id", "name", "title", "type", "description", "label", "status", "kind", "number", "text", "price", "amount"]
)
"""Squashed names that say nothing away from their table, or something else: they are prefixed by what the key is of."""


@dataclass(frozen=True, slots=True)
class NamedLookup:
    """A lookup as it is asked for: `key` is the column of events by which it is joined; None for one that both have."""

    name: str
    table: OpenedSource
    key: str | None = None


@dataclass(slots=True)
class _Missed:
    """Keys that a lookup does not have: how many rows, and the first of them."""

    count: int = 0
    key: str = ""
    line: int = 0

    def add(self, key: str, line: int) -> None:
        if not self.count:
            self.key, self.line = key, line
        self.count += 1


@dataclass(slots=True)
class _Join:
    """A lookup beside one table: `place` is that of the key in rows of events, `kept` are places in its own rows."""

    lookup: NamedLookup
    key: str
    place: int
    columns: tuple[str, ...]
    kept: tuple[int, ...]
    left_out: tuple[str, ...]
    rows: Mapping[str, Cells]
    missed: _Missed = field(default_factory=_Missed)

    def cells(self, line: int, cell: Any, missed: _Missed) -> list[Any]:  # noqa: ANN401 - any cell
        """Those of the row with this key; empty ones where there is none."""
        key = "" if cell is None else identifier(cell)
        row = self.rows.get(key)
        if row is not None:
            return [row[at] for at in self.kept]
        if key:
            missed.add(key, line)
        return [None] * len(self.kept)

    def notes(self, table: str) -> Iterator[str]:
        name = self.lookup.table.name
        yield (
            f"{table} has the columns of {name} by {self.key!r}: {', '.join(self.columns)}. A lookup is undated: what "
            "it says must hold at every event"
        )
        if self.left_out:
            yield f"times in {name} are not joined, as they may be later than an event: {', '.join(self.left_out)}"
        if count := self.missed.count:
            yield (
                f"{count:,} row{'s'[: count != 1]} of {table} {'have' if count != 1 else 'has'} a {self.key!r} that is "
                f"not in {name} ({self.missed.key!r} on line {self.missed.line}); the joined cells are empty there"
            )


class Joined:
    """A table with the columns of lookups beside its own; cells of keys that a lookup does not have are empty."""

    def __init__(self, source: OpenedSource, joins: Sequence[_Join]) -> None:
        self._source, self._joins = source, joins
        self.name, self.notes = source.name, source.notes
        self.columns = (*source.columns, *(name for one in joins for name in one.columns))

    def records(self) -> Iterator[Record]:
        """All rows, with the cells of lookups."""
        missed = [_Missed() for _ in self._joins]
        for line, cells in self._source.records():
            if isinstance(cells, Broken):
                yield line, cells
                continue
            whole: list[Any] = copy(cells) if isinstance(cells, Short) else list(cells)
            for one, counted in zip(self._joins, missed, strict=True):
                whole += one.cells(line, cells[one.place], counted)
            yield line, whole
        for one, counted in zip(self._joins, missed, strict=True):
            one.missed = counted  # of a whole reading: the first rows may be read more than once

    def digest(self) -> str:
        """Of the table and its lookups."""
        return digest([self._source.digest(), *([one.key, one.lookup.table.digest()] for one in self._joins)])

    def of_lookups(self) -> Iterator[str]:
        """What was joined; rows whose key is unknown are counted once all records were read."""
        for one in self._joins:
            yield from one.notes(self.name)


def with_lookups(sources: Sequence[OpenedSource], lookups: Sequence[NamedLookup]) -> list[OpenedSource]:
    """Tables with the columns of lookups, each joined to every table that has its key.

    Lookups are held in memory: some 500 bytes for each row.

    Raises:
        InputError: a key comes twice or is empty; lines are named.
        MappingError: no column may be the key, or several.
    """
    joins: list[list[_Join]] = [[] for _ in sources]
    for one in lookups:
        pairs = [_key(one, source.columns) for source in sources]
        if not any(pairs):
            raise MappingError(_no_key(one, sources))
        rows = {own: _rows(one.table, own) for own in {pair[1] for pair in pairs if pair}}
        for source, pair, some in zip(sources, pairs, joins, strict=True):
            if pair is not None:
                taken = {*source.columns, *(name for other in some for name in other.columns)}
                some.append(_join(one, pair, source, taken, rows[pair[1]]))
    return [Joined(source, some) if some else source for source, some in zip(sources, joins, strict=True)]


def _key(one: NamedLookup, columns: Sequence[str]) -> tuple[str, str] | None:
    """The key in a table of events and in the lookup; None where they have none in common."""
    own = {squash(column): column for column in one.table.columns}
    known = [(column, mine) for column in columns if (mine := own.get(squash(column)) or _bare_id(one, column))]
    if one.key is not None:
        return next((pair for pair in known if pair[0] == one.key), None)
    pairs = [pair for pair in known if _IDS & set(tokens(pair[0])) or squash(pair[0]) == squash(one.name).rstrip("s")]
    if len(pairs) > 1:
        shown = ", ".join(repr(theirs) for theirs, _ in pairs)
        raise MappingError(
            f"{one.table.name} may be joined by {shown}. Name the column in front of the file: "
            f"--lookup {pairs[0][0]}=FILE."
        )
    return pairs[0] if pairs else None


def _bare_id(one: NamedLookup, column: str) -> str | None:
    """The column `id` of a lookup `products`, for a column `product_id` or `product`."""
    stem = _stem(column)
    if not stem or squash(one.name).rstrip("s") != squash(stem).rstrip("s"):
        return None
    return next((name for name in one.table.columns if squash(name) in _IDS), None)


def _stem(key: str) -> str:
    """What a key is of: 'product' for 'product_id'."""
    return "_".join(word for word in tokens(key) if word not in _IDS)


def _no_key(one: NamedLookup, sources: Sequence[Source]) -> str:
    own = ", ".join(map(repr, one.table.columns))
    known = [column for source in sources for column in source.columns]
    hint = "" if one.key is None or one.key in known else did_you_mean(one.key, known)
    named = "" if one.key is None else f" by {one.key!r}"
    return (
        f"{one.table.name} can't be joined{named} to {', '.join(source.name for source in sources)}: no table has a "
        f"column of ids in common with it. Its columns are {own}.{hint} Rename one, or name it: --lookup COLUMN=FILE."
    )


def _rows(table: Source, key: str) -> dict[str, Cells]:
    place, rows, lines = table.columns.index(key), dict[str, Cells](), dict[str, int]()
    for line, cells in table.records():
        if isinstance(cells, Broken):
            raise InputError(f"{table.name}, line {line}: {cells.reason}. Correct the line.")
        value = "" if cells[place] is None else identifier(cells[place])
        if not value:
            raise InputError(f"{table.name}, line {line}: {key!r} is empty. Fill it in, or remove the line.")
        if value in rows and list(rows[value]) != list(cells):
            raise InputError(
                f"{table.name}: {key!r} is {value!r} on lines {lines[value]} and {line}, and a lookup has one row for "
                "each key. Remove the wrong line; where rows hold from a date on, join them before (SQL, pandas)."
            )
        rows[value], lines[value] = cells, lines.get(value, line)
    return rows


def _join(
    one: NamedLookup, pair: tuple[str, str], source: OpenedSource, taken: set[str], rows: Mapping[str, Cells]
) -> _Join:
    theirs, mine = pair
    sample = list(islice(rows.values(), _LOOKED_AT))
    times = [name for at, name in enumerate(one.table.columns) if _are_times([row[at] for row in sample])]
    left_out = set(times)
    if not _has_times(source):  # when it happened may stand in the lookup alone
        named = sorted((place, name) for name in times if (place := rank("time", name)))
        left_out -= {name for _, name in named[:1]}
    kept = [at for at, name in enumerate(one.table.columns) if name != mine and name not in left_out]
    names = tuple(_called(one, one.table.columns[at], theirs, taken) for at in kept)
    shown = tuple(name for name in times if name in left_out)
    return _Join(one, theirs, source.columns.index(theirs), names, tuple(kept), shown, rows)


def _called(one: NamedLookup, name: str, key: str, taken: set[str]) -> str:
    stem = "product" if rank("product", key) else _stem(key) or one.name
    called = f"{stem}_{name}" if squash(name) in _BARE or name in taken else name
    while called in taken:
        called = f"{one.name}.{called}"
    taken.add(called)
    return called


def _has_times(source: OpenedSource) -> bool:
    """Whether any column of a table holds times, by its name or its first rows."""
    rows = [cells for _, cells in islice(source.records(), _LOOKED_AT) if not isinstance(cells, Broken)]
    return any(rank("time", name) or _are_times([row[at] for row in rows]) for at, name in enumerate(source.columns))


def _are_times(cells: Sequence[Any]) -> bool:
    values = [cell for cell in cells if cell not in (None, "")]
    return bool(values) and mostly(is_time, values, 0.9) and not mostly(is_amount, values, 0.9)
