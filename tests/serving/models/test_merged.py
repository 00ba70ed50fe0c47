"""The cache of merged adapters is bounded; nothing that a process uses is removed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.errors import ConfigError
from fewsight.serving.models import merged
from fewsight.serving.models.cli import models
from fewsight.serving.models.merged import hold, limit_bytes, make_room, merged_folder, merged_models, release

KEYS = [letter * 24 for letter in "abcd"]
USER = """
import sys
from fewsight.serving.models.merged import hold, merged_folder
hold(merged_folder(sys.argv[1]), "used elsewhere")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path))
    monkeypatch.setenv(merged.LIMIT, "0.000003")  # 3,000 bytes
    return tmp_path


def make(key: str, used: int, size: int = 1000) -> Path:
    folder = merged_folder(key)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x" * size)
    os.utime(folder, (used, used))
    return folder


def left() -> list[str]:
    return [one.folder.name[0] for one in merged_models()]


def test_what_was_used_longest_ago_goes_first() -> None:
    for used, key in enumerate(KEYS):
        make(key, 1000 + used)
    hold(merged_folder(KEYS[0]), "base+a")
    release(merged_folder(KEYS[0]))
    assert left() == ["b", "c", "d", "a"]
    make_room()
    assert left() == ["c", "d", "a"]


def test_what_this_process_uses_stays_until_its_last_user_is_done() -> None:
    for used, key in enumerate(KEYS):
        make(key, 1000 + used, 4000)
    folder = merged_folder(KEYS[1])
    hold(folder, "base+b")
    hold(folder, "base+b")
    make_room()
    assert left() == ["b"]
    release(folder)
    assert not merged.clear()
    release(folder)
    assert [one.name for one in merged.clear()] == ["base+b"]
    assert left() == []
    release(folder)


def test_what_another_process_uses_stays_until_it_ends() -> None:
    make(KEYS[0], 1000, 9000)
    command = [sys.executable, "-c", USER, KEYS[0]]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == "held\n"
        make_room()
        assert [(one.name, one.in_use) for one in merged_models()] == [("used elsewhere", True)]
        user.kill()
        user.wait()
    assert [one.in_use for one in merged_models()] == [False]
    make_room()
    assert left() == []


def test_half_a_model_of_a_killed_process_goes_too(cache: Path) -> None:
    folder = cache / "merged" / f"{merged.UNFINISHED}{KEYS[0]}-x1"
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "weights").write_bytes(b"x" * 5000)
    hold(merged_folder(KEYS[0]), "base+a")  # another call that makes it now
    make_room()
    assert folder.exists()
    release(merged_folder(KEYS[0]))
    make_room()
    assert not folder.exists()


def test_they_are_listed_and_cleared() -> None:
    for number, key in enumerate(KEYS[:2]):
        hold(make(key, 1000, 2_000_000), f"base+{number}")
    release(merged_folder(KEYS[0]))
    listed = CliRunner().invoke(models, ["list"], catch_exceptions=False).output
    assert "base+0  aaaaaaaaaaaa" in listed
    assert "2 MB in" in listed
    assert listed.count("in use now") == 1
    cleared = CliRunner().invoke(models, ["clear"], catch_exceptions=False).stdout
    assert cleared == "Merged adapters removed: 1 (2 MB).\nIn use, and kept: 1.\n"
    release(merged_folder(KEYS[1]))


@pytest.mark.parametrize("text", ["five", "-1", "nan", "inf"])
def test_a_limit_that_is_no_number_is_named(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(merged.LIMIT, text)
    with pytest.raises(ConfigError, match="FEWSIGHT_MERGED_GB"):
        limit_bytes()


def test_no_cache_is_no_problem() -> None:
    assert merged_models() == []
    assert merged.clear() == []
    make_room()
