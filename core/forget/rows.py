"""Tables and lines of JSON without the rows of one customer; all other rows stay as they are, byte for byte."""

import csv
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, cast

from fewsight.files import replacing
from fewsight.forget.who import COLUMNS, Who

Pieces = Callable[[Path, Who], Iterator[tuple[bytes, bool]]]
"""The bytes of a file, piece by piece, each with whether it is the customer's."""

_DELIMITERS: Final = ",;\t|"
_MAPS: Final = (("system", "id", "customer"), ("old", "new"))
"""Headers of maps of ids (`--identities`), in which all columns but the system's hold ids."""


def lines(path: Path, who: Who) -> Iterator[tuple[bytes, bool]]:
    """Lines of JSON, packed by gzip or not; a line that is none is nobody's."""
    with _open(path, "rb") as file:
        for line in file:
            row: Any = None
            with suppress(ValueError):
                row = json.loads(line)
            yield line, who.owns(row)


def records(path: Path, who: Who) -> Iterator[tuple[bytes, bool]]:
    """Rows of a CSV file (UTF-8) by its column of customers; nobody's where it has none."""
    taken: list[str] = []

    def noted(file: IO[str]) -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line

    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        source = noted(file)
        head = next(source, "")
        delimiter, places = _places(head)
        yield _bytes(taken), False
        reader = csv.reader(source, delimiter=delimiter)
        try:
            for cells in reader:
                owned = any(who.is_id(cells[place]) for place in places if place < len(cells))
                yield _bytes(taken), owned
        except csv.Error:  # a cell that is too long to be a table's
            pass
        yield _bytes(taken) + "".join(source).encode("utf-8", "surrogateescape"), False


def has_customers(path: Path) -> bool:
    """Whether a CSV file has a column of customers."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return bool(_places(file.readline())[1])


def further_ids(path: Path, who: Who) -> list[str]:
    """Ids that a map of ids joins with the customer's in the same row."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        head = file.readline()
        delimiter, places = _places(head)
        if not _is_map(next(csv.reader([head.lstrip("\ufeff")], delimiter=delimiter), [])):
            return []
        owned = ([cells[at] for at in places if at < len(cells)] for cells in csv.reader(file, delimiter=delimiter))
        together = [ids for ids in owned if any(map(who.is_id, ids))]
    return list(dict.fromkeys(one for ids in together for one in ids if one and not who.is_id(one)))


def digests(pieces: Pieces, path: Path, who: Who) -> list[str]:
    """SHA-256 (hex) of each piece that is the customer's."""
    return [hashlib.sha256(piece).hexdigest() for piece, owned in pieces(path, who) if owned]


def remove(pieces: Pieces, path: Path, who: Who) -> None:
    """Write the file anew without the customer's pieces; its mode stays.

    Raises:
        OSError: the disk is full; the old file is untouched then.
    """
    mode = path.stat().st_mode & 0o777
    with replacing(path, private=True) as temporary:
        with cast("IO[bytes]", gzip.open(temporary, "wb") if path.suffix == ".gz" else temporary.open("wb")) as file:
            file.writelines(piece for piece, owned in pieces(path, who) if not owned)
        temporary.chmod(mode)


def _open(path: Path, mode: str) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, mode) if path.suffix == ".gz" else path.open(mode))


def _bytes(taken: list[str]) -> bytes:
    content = "".join(taken).encode("utf-8", "surrogateescape")
    taken.clear()
    return content


def _places(head: str) -> tuple[str, Sequence[int]]:
    """The delimiter of a header, and where its columns of customers stand."""
    for delimiter in _DELIMITERS:
        names = next(csv.reader([head.lstrip("\ufeff")], delimiter=delimiter), [])
        if _is_map(names):
            return delimiter, [place for place, name in enumerate(names) if name.strip().casefold() != "system"]
        if places := [place for place, name in enumerate(names) if name.strip() in COLUMNS]:
            return delimiter, places
    return ",", ()


def _is_map(names: Sequence[str]) -> bool:
    return tuple(name.strip().casefold() for name in names) in _MAPS
