"""A toy task with labelled files."""

from pathlib import Path

import pytest

from tests.evals.support import invoke, write


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    table = write(tmp_path / "shots.csv", 2, 900)
    made = invoke("tasks", "new", "toy", "--from", table, "--text", "text", "--label", "label")
    assert made.exit_code == 0, made.output
    return next(path.parent for path in tmp_path.rglob("task.toml"))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {
        "train": write(tmp_path / "train.csv", 8),
        "calibration": write(tmp_path / "calibration.csv", 12, 100),
        "test": write(tmp_path / "test.csv", 6, 200),
    }
