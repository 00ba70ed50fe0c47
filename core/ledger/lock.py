"""One writer for a ledger: an advisory lock that ends with its process, however the process ends."""

import os
import sys
from pathlib import Path

from fewsight.errors import LedgerError

if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = 1 << 20  # Windows locks keep others from reading the byte: not one of the pid's

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class WriterLock:
    """Held from creation to `close`, by a file beside the ledger that names the process.

    Raises:
        LedgerError: another process (or this one, through another Ledger) holds it, or the file can't be written.
    """

    def __init__(self, ledger: Path) -> None:
        path = ledger.with_name(ledger.name + ".lock")
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise LedgerError(f"Can't write beside the ledger, at {str(path)!r}: {error.strerror}.") from error
        try:
            _take(self._descriptor)
        except OSError as error:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            raise LedgerError(
                f"The ledger {str(ledger)!r} is being written by process {holder}. Wait until that run ends or stop "
                f"it, then give the same command again; or write to another folder. Reading is possible meanwhile."
            ) from error
        try:
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()}\n".encode("ascii"))
        except OSError as error:
            self.close()
            raise LedgerError(f"Can't write {str(path)!r}: {error.strerror}. Make room and try again.") from error

    def close(self) -> None:
        """Let others write. The file stays: removing it could take away a lock that another process just got."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
