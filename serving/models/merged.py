"""The cache of models with an adapter merged into them: bounded, and none is removed while a process uses it.

Each is as large as its base model. `hold` says that this process uses one, by a lock file that ends with the process;
`make_room` removes the ones that were used longest ago.
"""

import logging
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.errors import ConfigError
from fewsight.serving.models.names import cache_folder

if TYPE_CHECKING:
    from filelock import FileLock

_log = logging.getLogger(__name__)

LIMIT: Final = "FEWSIGHT_MERGED_GB"
DEFAULT_GB: Final = 5.0
UNFINISHED: Final = ".making-"
_KEY: Final = 24
"""Characters of a folder's name."""

_held: dict[Path, "FileLock"] = {}
_users: Counter[Path] = Counter()


@dataclass(frozen=True, slots=True)
class Merged:
    """One merged model: `name` is that of base and adapter; `used` is when, in seconds since 1970."""

    folder: Path
    name: str
    size: int
    used: float
    in_use: bool


def _root() -> Path:
    return cache_folder() / "merged"


def merged_folder(key: str) -> Path:
    """Where the merged model of this digest is, or will be."""
    return _root() / key[:_KEY]


def limit_bytes() -> int:
    """How large the cache may grow.

    Raises:
        ConfigError: the environment variable is no number.
    """
    text = os.environ.get(LIMIT, "")
    try:
        gigabytes = float(text or DEFAULT_GB)
        if gigabytes >= 0:
            return int(gigabytes * 1e9)
    except (ValueError, OverflowError):
        pass
    raise ConfigError(f"{LIMIT} is {text!r}; set it to gigabytes such as 5, or 0 to keep none that is not in use.")


def hold(folder: Path, name: str) -> None:
    """Note that this process uses the folder (which may be still to come), until `release` or its end."""
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with _cache_lock(folder.parent):
        if folder not in _held:
            lock = FileLock(folder.with_name(f"{folder.name}.{os.getpid()}.lock"), timeout=0, thread_local=False)
            lock.acquire()
            _held[folder] = lock
        _users[folder] += 1
        folder.with_name(f"{folder.name}.name").write_text(name, encoding="utf-8")
        if folder.is_dir():
            os.utime(folder)


def release(folder: Path) -> None:
    """One user of this process is done; folders that are not held are left alone."""
    if folder not in _held:
        return
    _users[folder] -= 1
    if _users[folder] <= 0:
        lock = _held.pop(folder)
        del _users[folder]
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)


def merged_models() -> list[Merged]:
    """All merged models, the one that was used longest ago first."""
    parent = _root()
    with _cache_lock(parent) if parent.is_dir() else nullcontext():
        return sorted(_entries(parent), key=lambda one: one.used) if parent.is_dir() else []


def make_room() -> None:
    """Remove merged models until the rest is within the limit; what is in use stays, and so do unfinished ones."""
    _remove(limit_bytes())


def clear() -> list[Merged]:
    """Remove all merged models that nobody uses, and say which."""
    return _remove(0)


def _remove(limit: int) -> list[Merged]:
    parent, removed = _root(), []
    if not parent.is_dir():
        return []
    with _cache_lock(parent):
        entries = sorted(_entries(parent), key=lambda one: one.used)
        total = sum(one.size for one in entries)
        for one in entries:
            if total > limit and not one.in_use:
                shutil.rmtree(one.folder, ignore_errors=True)
                one.folder.with_name(f"{one.folder.name}.name").unlink(missing_ok=True)
                removed.append(one)
                total -= one.size
                _log.info("removed %s from the cache of merged adapters (%.0f MB)", one.name, one.size / 1e6)
    return removed


def _entries(parent: Path) -> Iterator[Merged]:
    for folder in parent.iterdir():
        if not folder.is_dir():
            continue
        # A process that was killed while it merged leaves half a model.
        key = folder.name.removeprefix(UNFINISHED)[:_KEY]
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        named = parent / f"{key}.name"
        name = named.read_text("utf-8") if named.is_file() else key
        yield Merged(folder, name, size, folder.stat().st_mtime, _is_in_use(parent, key))


def _is_in_use(parent: Path, key: str) -> bool:
    from filelock import FileLock, Timeout

    for path in parent.glob(f"{key}.*.lock"):
        if parent / key in _held and path == Path(_held[parent / key].lock_file):
            return True
        try:
            with FileLock(path, timeout=0):
                pass
        except Timeout:
            return True
        path.unlink(missing_ok=True)  # its process ended without a word
    return False


@contextmanager
def _cache_lock(parent: Path) -> Iterator[None]:
    """Between looking whether a model is there or in use, and acting on it, no other process does either."""
    from filelock import FileLock

    with FileLock(parent / "cache.lock"):
        yield


def age(used: float) -> str:
    """How long ago that was, in words.

    >>> age(time.time() - 7200), age(time.time())
    ('2 hours ago', 'just now')
    """
    hours = (time.time() - used) / 3600
    for count, unit in ((hours / 24, "day"), (hours, "hour")):
        if count >= 1:
            return f"{count:.0f} {unit}{'s' if round(count) != 1 else ''} ago"
    return "just now"
