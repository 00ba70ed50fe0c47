"""JSON as rows: one object a line, an array of objects, or a document that wraps one as APIs answer it."""

import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from fewsight.errors import InputError
from fewsight.tables.columns.names import names_of
from fewsight.tables.records import BROKEN, MARK_BROKEN, Broken, Record, flat
from fewsight.tables.sources.encoding import detect, note
from fewsight.tables.sources.lines import LONGEST_RECORD, bounded
from fewsight.tables.sources.packing import TableFile
from fewsight.tables.words import squash

_FIRST_LINES: Final = 50
_PIECE: Final = 1 << 20
_BLANK: Final = re.compile(r"[\s,\ufeff\x1e]*")
_DECODER: Final = json.JSONDecoder(parse_constant=lambda _: None)
_DEEPEST: Final = 4
"""Objects within objects in which a list of rows is looked for."""


class JsonSource:
    """Objects of a JSON file; the columns are all keys of all objects, so it is read twice.

    With one object a line, a bad line costs itself alone, and lines are counted; otherwise rows are.

    Raises:
        InputError: there is no object in it, or a document breaks off.
    """

    def __init__(self, file: TableFile) -> None:
        self._file = file
        self.name = file.name
        encoding = detect(file)
        self._encoding = encoding if encoding.startswith(("utf", "gb")) else "utf-8"
        self.notes = note(self._encoding, self.name)
        with self._open() as text:
            self._by_line = _is_by_line(text)
        columns: dict[str, None] = {}
        for _, found in self._objects():
            if isinstance(found, dict):
                columns.update(dict.fromkeys(found))
        if not columns:
            raise InputError(f'{self.name} holds no JSON object; each line must be one, such as {{"text": "..."}}.')
        self.columns = tuple(columns)

    def records(self) -> Iterator[Record]:
        """All rows; what is no JSON object is Broken."""
        for line, found in self._objects():
            yield line, found if isinstance(found, Broken) else [flat(found.get(name)) for name in self.columns]

    def digest(self) -> str:
        """SHA-256 (hex) of the file."""
        return self._file.digest()

    def _open(self) -> io.TextIOWrapper:
        # JSON may hold U+2028 and the like, which is no line's end
        return io.TextIOWrapper(self._file.open(), encoding=self._encoding, errors=MARK_BROKEN, newline="\n")

    def _objects(self) -> Iterator[tuple[int, dict[str, Any] | Broken]]:
        with self._open() as text:
            if self._by_line:
                yield from _lines(text)
            else:
                yield from enumerate(self._elements(text), 1)

    def _elements(self, text: io.TextIOWrapper) -> Iterator[dict[str, Any] | Broken]:
        for number, value in enumerate(_values(text, self._file.limits.memory_bytes), 1):
            if isinstance(value, _Damage):
                raise InputError(f"{self.name}: no JSON after {number - 1:,} values ({value.reason}). Is it cut off?")
            for row in _unwrapped(value):
                yield row if isinstance(row, dict) else Broken(number, "JSON, but not an object", value=str(row))


class _Damage:
    def __init__(self, reason: str) -> None:
        self.reason = reason


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, dict[str, Any] | Broken]]:
    is_wrapped: bool | None = None  # a row may look like an answer around rows; so the first line tells for all
    for line, raw in enumerate(bounded(text), 1):
        if not raw or raw.isspace():
            continue
        value = _parsed(line, raw)
        if is_wrapped is None and isinstance(value, dict):
            is_wrapped = _inner(value) is not None
        rows = list(_unwrapped(value)) if is_wrapped and isinstance(value, dict) else [value]
        yield from ((line, row) for row in rows if isinstance(row, (dict, Broken)))
        if not all(isinstance(row, (dict, Broken)) for row in rows):
            yield line, Broken(line, "JSON, but not an object", value=raw)


def _parsed(line: int, raw: str) -> Any:  # noqa: ANN401 - any JSON value
    if BROKEN in raw:
        return Broken(line, "broken encoding: bytes that are not text", value=raw)
    if len(raw) > LONGEST_RECORD:
        return Broken(line, f"a line of more than {LONGEST_RECORD:,} characters", value=raw)
    try:
        value = json.loads(raw.lstrip("\ufeff\x1e"), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "nested too deep"
        return Broken(line, f"not JSON: {reason}", value=raw)
    return value


def _is_by_line(text: io.TextIOWrapper) -> bool:
    """Whether there is one object a line, by the first lines; one of them may be broken."""
    lines = [line.strip("\ufeff\x1e \t\r\n") for line in islice(bounded(text), _FIRST_LINES) if not line.isspace()]
    if not lines or not lines[0].startswith(("[", "{")) or _is_object(lines[0]):
        return True
    if len(lines[0]) > LONGEST_RECORD:  # a whole document on one line
        return False
    return lines[0] != "[" and 2 * sum(map(_is_object, lines[1:])) > len(lines[1:])


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _values(text: io.TextIOWrapper, longest: int) -> Iterator[Any]:
    """Values of a document one after the other: the elements of an array, or objects that follow each other."""
    buffer, at, in_array, ended = "", 0, None, False
    while True:
        at = _BLANK.match(buffer, at).end()  # type: ignore[union-attr]
        if in_array is None and at < len(buffer):
            in_array = buffer[at] == "["
            at += in_array
            continue
        if in_array and buffer[at : at + 1] == "]":
            in_array, at = None, at + 1
            continue
        try:
            value, end = _DECODER.raw_decode(buffer, at)
            if ended or end < len(buffer):  # 12 may be the beginning of 123
                yield value
                at = end
                continue
        except RecursionError:
            yield _Damage("nested too deep")
            return
        except json.JSONDecodeError as error:
            if ended and (at < len(buffer) or in_array):
                yield _Damage(str(error))
                return
        if ended:
            return
        if len(buffer) - at > longest:
            yield _Damage("a value that is larger than memory_limit allows")
            return
        piece = text.read(max(_PIECE, len(buffer) - at))  # twice as much each time, so that long values are read once
        buffer, at, ended = buffer[at:] + piece, 0, not piece


def _unwrapped(value: Any, depth: int = 0) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    """The rows in an answer such as {"count": 2, "tickets": [{...}, {...}]}, or the value itself."""
    if isinstance(value, list) and depth:
        for row in value:
            yield row["node"] if isinstance(row, dict) and isinstance(row.get("node"), dict) else row
        return
    inner = _inner(value) if isinstance(value, dict) and depth < _DEEPEST else None
    if inner is None:
        yield value
    else:
        yield from _unwrapped(inner, depth + 1)


def _inner(value: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """The only list of objects, or the only object with one inside, among values that are no cells of a row."""
    lists = [v for v in value.values() if isinstance(v, list) and v and all(isinstance(row, dict) for row in v)]
    objects = [v for v in value.values() if isinstance(v, dict) and _inner(v) is not None]
    rest = [name for name, v in value.items() if not isinstance(v, (list, dict))]
    if len(lists) + len(objects) != 1 or any(map(_is_of_rows, rest)):
        return None
    return (lists or objects)[0]


def _is_of_rows(name: str) -> bool:
    """Whether an answer of an API has such a name in its rows, and not around them."""
    short = squash(name)
    return short == "id" or short in names_of("customer_id") or short in names_of("event_id")
