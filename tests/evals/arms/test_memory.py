"""Peaks of memory, arm by arm."""

import mmap
from pathlib import Path

import pytest

from fewsight.evals.arms import memory
from fewsight.evals.arms.memory import forget_peak, peak_mb

_BYTES = 400_000_000


def _use_memory() -> None:
    """Touch every page of a block, and give it back to the system at once."""
    with mmap.mmap(-1, _BYTES) as block:
        for start in range(0, _BYTES, mmap.PAGESIZE):
            block[start] = 1


def test_a_peak_is_that_of_its_own_arm() -> None:
    if not forget_peak():
        pytest.skip("this system does not count a process's peak anew")
    before = peak_mb()
    _use_memory()
    first = peak_mb()
    assert before is not None
    assert first is not None
    assert first - before > 0.9 * _BYTES / 1e6
    assert forget_peak()
    second = peak_mb()
    assert second is not None
    assert second < first - 300, "what an earlier arm used and gave back is not this one's"


def test_an_order_that_the_system_ignores_is_no_new_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = tmp_path / "status"
    status.write_text("VmHWM:\t  2000000 kB\nVmRSS:\t  500000 kB\n", encoding="utf-8")
    monkeypatch.setattr(memory, "_STATUS", status)
    monkeypatch.setattr(memory, "_RESET", tmp_path / "clear_refs")
    assert not forget_peak()
    status.write_text("VmHWM:\t  500000 kB\nVmRSS:\t  500000 kB\n", encoding="utf-8")
    assert forget_peak()


def test_a_system_without_such_a_file_has_no_peak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_STATUS", tmp_path / "none")
    monkeypatch.setattr(memory, "_RESET", tmp_path / "absent" / "clear_refs")
    assert not forget_peak()
    assert peak_mb() is None
