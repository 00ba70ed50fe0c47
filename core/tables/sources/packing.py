"""Files as they lie on disk, packed or not: told by their first bytes, and unpacked within a limit."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from fewsight.digest import file_digest
from fewsight.errors import InputError, did_you_mean
from fewsight.tables.sources.limits import Limits, shown

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MAGIC: Final = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
_SUFFIXES: Final = (".gz", ".bz2", ".xz", ".zst", ".zstd", ".zip")
_WORKBOOK: Final = ("[Content_Types].xml", "mimetype")
_LISTED: Final = 20


@dataclass(frozen=True)
class TableFile:
    """A file that holds a table: plain, packed, or a member of an archive.

    `member` is the file in an archive, or the sheet of a workbook, where one was named.

    Raises:
        InputError: an archive with several files (which are named), or without the one that was.
    """

    path: Path
    limits: Limits
    member: str | None
    packing: str

    @staticmethod
    def at(path: Path, limits: Limits) -> "TableFile":
        """The file at a path; `orders.zip/may.csv` is a member of an archive, `book.xlsx/Sheet2` a sheet."""
        member = None
        if not path.exists():
            outer = next((parent for parent in path.parents if parent.is_file()), None)
            if outer is None:
                raise InputError(f"No such file: {str(path)!r}.")
            path, member = outer, path.relative_to(outer).as_posix()
        with path.open("rb") as file:
            start = file.read(8)
        packing = packing_of(start)
        if packing == "zip":
            if _is_workbook(path):
                packing = "workbook"
            else:
                member = _member(path, member)
        return TableFile(path, limits, member, packing)

    @property
    def name(self) -> str:
        """Its path in quotes, for messages."""
        return repr(str(self.path if self.member is None else self.path / self.member))

    @property
    def suffix(self) -> str:
        """The ending that says what the content is, without that of the packing; in lower case."""
        path = Path(self.member) if self.packing == "zip" and self.member else self.path
        suffix = path.suffix.casefold()
        return Path(path.stem).suffix.casefold() if suffix in _SUFFIXES else suffix

    @property
    def is_plain(self) -> bool:
        """Whether it lies on disk as it is read."""
        return self.packing in ("", "workbook")

    def open(self) -> IO[bytes]:
        """The content from its beginning, unpacked.

        Raises:
            InputError: while reading, where it unpacks to more than the limit.
            OSError: it is damaged.
        """
        if self.is_plain:
            return self.path.open("rb")
        return io.BufferedReader(_Bounded(self._unpacked(), self), 1 << 16)

    def whole(self) -> bytes:
        """All of the content, where it must be read in one piece.

        Raises:
            InputError: it is larger than the memory limit.
        """
        with self.open() as file:
            content = file.read(self.limits.memory_bytes + 1)
        if len(content) > self.limits.memory_bytes:
            raise InputError(
                f"{self.name} must be read in one piece, and is larger than memory_limit={self.limits.memory!r}; allow "
                "more, or save it as CSV or JSONL."
            )
        return content

    def digest(self) -> str:
        """SHA-256 (hex) of the file as it lies on disk."""
        return file_digest(self.path)

    def _unpacked(self) -> IO[bytes]:
        if self.packing == "zstd":
            import pyarrow as pa

            return pa.input_stream(str(self.path), compression="zstd")  # type: ignore[no-any-return]
        if self.packing == "zip":
            try:
                return zipfile.ZipFile(self.path).open(self.member or "")
            except (RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
                raise InputError(f"Can't unpack {self.name}: {error}. Unpack it, and name the file in it.") from error
        if self.packing == "gzip":
            return gzip.open(self.path, "rb")  # type: ignore[return-value]
        return bz2.open(self.path, "rb") if self.packing == "bzip2" else lzma.open(self.path, "rb")


def packing_of(start: bytes) -> str:
    """How a file that begins so is packed; nothing where it is not."""
    return next((name for magic, name in _MAGIC.items() if start.startswith(magic)), "")


class _Bounded(io.RawIOBase):
    """Reads from an unpacker until there is more than the limit."""

    def __init__(self, inner: IO[bytes], file: TableFile) -> None:
        self._inner, self._file = inner, file
        self._packed = file.path.stat().st_size
        self._left = file.limits.unpacked_bytes(self._packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        try:
            piece = self._inner.read(len(view))
        except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError) as error:
            raise OSError(f"it can't be unpacked ({error})") from error
        self._left -= len(piece)
        if self._left < 0:
            limit = self._file.limits.unpacked_bytes(self._packed)
            raise InputError(
                f"{self._file.name} ({shown(self._packed)}) unpacks to more than {shown(limit)}, as no table does that "
                f"people have. Where it is right, allow more: unpack_limit='{limit // 10**9 * 10 or 10}GB' "
                "(--unpack-limit)."
            )
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._inner.close()
        super().close()


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name in archive.namelist() for name in _WORKBOOK)
    except (zipfile.BadZipFile, OSError):
        return False


def _member(path: Path, wanted: str | None) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = list(_tables(archive))
    except zipfile.BadZipFile as error:
        raise InputError(f"Can't read {str(path)!r}: {error}.") from error
    if wanted is not None:
        if wanted not in names:
            raise InputError(f"{str(path)!r} holds no {wanted!r}." + did_you_mean(wanted, names))
        return wanted
    if len(names) != 1:
        listed = ", ".join(map(repr, names[:_LISTED])) + (", ..." if len(names) > _LISTED else "")
        which = f"{len(names)} files: {listed}. Name one, such as {str(path / names[0])!r}" if names else "no file"
        raise InputError(f"{str(path)!r} holds {which}.")
    return names[0]


def _tables(archive: zipfile.ZipFile) -> Iterator[str]:
    for info in archive.infolist():
        hidden = info.filename.startswith("__MACOSX/") or Path(info.filename).name.startswith(".")
        if not info.is_dir() and not hidden:
            yield info.filename
