"""The folder of a training that goes on: beside the adapter that it will become, resumable, and gone at the end."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from fewsight.errors import ConfigError
from fewsight.files import write_text
from fewsight.finetune.search.trials import FILE as TRIALS


@contextmanager
def work_folder(out: Path, frozen: Mapping[str, Any], fresh: bool) -> Iterator[Path]:
    """The folder in which `out` is prepared. It is removed at the end, and after an error if nothing can be resumed.

    Args:
        out: the adapter folder; must not exist yet.
        frozen: plain data that a resumed training must have in common with the one before.
        fresh: throw away what is there.

    Raises:
        ConfigError: `out` exists, another process is at work, or the training there is another one.
    """
    refuse_existing(out)
    work = out.parent / f".{out.name}.training"
    work.mkdir(parents=True, exist_ok=True)
    lock = FileLock(work / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ConfigError(f"Another process is training {str(out)!r}; wait for it, or name another --out.") from None
    try:
        if fresh:
            _clear(work)
        _check(work, frozen)
        yield work
    except BaseException:
        if not _has_begun(work):
            _clear(work)
            (work / "lock").unlink(missing_ok=True)
            work.rmdir()
        raise
    finally:
        lock.release()
    shutil.rmtree(work, ignore_errors=True)


def refuse_existing(out: Path) -> None:
    """Stop before anything is done where the adapter folder is there already.

    Raises:
        ConfigError: it exists.
    """
    if out.exists():
        raise ConfigError(f"{str(out)!r} exists already; name a new folder with --out, or remove it.")


def publish(finished: Path, out: Path) -> None:
    """Let a finished folder appear under its name, in one step.

    Raises:
        OSError: it can't be renamed.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    finished.rename(out)


def _check(work: Path, frozen: Mapping[str, Any]) -> None:
    path, now = work / "frozen.json", json.loads(json.dumps(frozen))
    if not _has_begun(work):
        _clear(work)
        write_text(path, json.dumps(now, indent=1))
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    if differ := _differing(before, now):
        raise ConfigError(
            f"{str(work)!r} holds the beginning of another training; what differs: {', '.join(differ)}. Give "
            "the same again to go on, use --fresh to throw it away, or name another --out."
        )


def _has_begun(work: Path) -> bool:
    """Whether there is something to go on from: checkpoints, or the trials of a search."""
    return any(work.rglob("step-*")) or any(work.rglob(TRIALS))


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names of what differs; options of the configuration by their own names."""
    names = []
    for key, value in now.items():
        other = before.get(key)
        if isinstance(value, dict) and isinstance(other, dict):
            names += _differing(other, value)
        elif key not in before or other != value:
            names.append(key)
    return names


def _clear(work: Path) -> None:
    for path in work.iterdir():
        if path.name == "lock":
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()
