"""One writer for a ledger: an advisory lock that ends with its process, however the process ends."""

import os
from pathlib import Path

from fewsight.errors import LedgerError

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class WriterLock:
    """Held from creation to `close`, by a file beside the ledger that names the process. Symbolic links are refused.

    Raises:
        LedgerError: another process (or this one, through another Ledger) holds it, or the file can't be written.
    """

    def __init__(self, ledger: Path) -> None:
        from filelock import FileLock, Timeout  # only writers need it, and importing it takes 70 ms

        path = ledger.with_name(ledger.name + ".lock")
        if not path.parent.is_dir():  # which the lock would create
            raise LedgerError(f"Can't write beside the ledger, at {str(path)!r}: there is no such folder.")
        # A soft lock would outlive a process that is killed, and a lock of one thread could not be closed by another.
        self._lock = FileLock(path, timeout=0, mode=0o644, thread_local=False, fallback_to_soft=False)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise LedgerError(
                f"The ledger {str(ledger)!r} is being written by process {_holder(path)}. Wait until that run ends or "
                f"stop it, then give the same command again; or write to another folder. Reading is possible meanwhile."
            ) from error
        except OSError as error:
            raise LedgerError(f"Can't write beside the ledger, at {str(path)!r}: {error.strerror}.") from error
        try:
            _name_holder(path)
        except OSError as error:
            self.close()
            raise LedgerError(f"Can't write {str(path)!r}: {error.strerror}. Make room and try again.") from error

    def close(self) -> None:
        """Let others write. The file stays: removing it could take away a lock that another process just got."""
        self._lock.release()


def _name_holder(path: Path) -> None:
    """Write this process's id into the lock file; the lock is on the file, so another descriptor leaves it as it is."""
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | _NO_LINK)
    try:
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
    finally:
        os.close(descriptor)


def _holder(path: Path) -> str:
    """The id of the process that holds the lock; 'unknown' where the system lets nobody else read a locked file."""
    try:
        return path.read_bytes()[:32].decode("ascii", "replace").strip() or "unknown"
    except OSError:
        return "unknown"
