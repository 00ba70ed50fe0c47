"""Folders for temporary files that hold what customers wrote: private, and gone even after `kill -9`."""

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Final

from fewsight.errors import InputError

_PREFIX: Final = "fewsight-work-"
_TRIES: Final = 20


class WorkFolder:
    """A new folder (mode 0700) below a run's folder, or in the system's folder for temporary files.

    A process that is killed leaves its folder behind; the next one that works in the same place removes it. Each holds
    a lock on its own, which ends with its process, so that no folder in use is taken away. It goes with this object, at
    the latest.

    Raises:
        InputError: the place can't be written.
    """

    def __init__(self, below: Path | None) -> None:
        parent = Path(tempfile.gettempdir()) if below is None else below
        try:
            parent.mkdir(parents=True, exist_ok=True)
            _remove_left_behind(parent)
            self.path, handle = _make(parent)
        except OSError as error:
            raise InputError(f"Can't make a folder for temporary files in {str(parent)!r}: {error}.") from error
        self._finalizer = weakref.finalize(self, _remove, self.path, handle)

    def remove(self) -> None:
        """Remove it with all files."""
        self._finalizer()


def _remove(path: Path, handle: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(handle)


def _make(parent: Path) -> tuple[Path, int]:
    for _ in range(_TRIES):
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        handle = _locked(path)
        if handle is not None and path.exists():  # otherwise another process took it for left behind just now
            return path, handle
        if handle is not None:
            os.close(handle)
    raise InputError(f"Can't keep a folder for temporary files in {str(parent)!r}; name another one with TMPDIR.")


def _remove_left_behind(parent: Path) -> None:
    for path in parent.glob(f"{_PREFIX}*"):
        if path.is_symlink() or not path.is_dir() or path.stat().st_uid != os.geteuid():
            continue
        handle = _locked(path)
        if handle is not None:
            _remove(path, handle)


def _locked(path: Path) -> int | None:
    """A handle that holds the folder's lock, None where another process does or the folder is gone."""
    import fcntl

    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
