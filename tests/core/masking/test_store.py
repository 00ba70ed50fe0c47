"""The pseudonym file: private, append-only, and whole after a kill."""

import os
import resource
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.errors import LedgerError
from fewsight.masking import PseudonymFile


def test_mode_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        PseudonymFile(tmp_path / "p.jsonl").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "p.jsonl").stat().st_mode) == 0o600


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.touch(mode=0o644)
    with pytest.raises(LedgerError, match="chmod 600"):
        PseudonymFile(path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").touch(mode=0o600)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(LedgerError, match="link"):
        PseudonymFile(tmp_path / "link")


def test_last_map_wins_and_survives_reopening(tmp_path: Path) -> None:
    with PseudonymFile(tmp_path / "p.jsonl") as file:
        file.add("c1", {"[NAME_1]": "Anna"})
        assert file.get("c1") == {"[NAME_1]": "Anna"}
        file.add("c2", {})
        file.add("c1", {"[NAME_1]": "王小明\n\ud800"})
        assert file.get("c1") == {"[NAME_1]": "王小明\n\ud800"}
    with PseudonymFile(tmp_path / "p.jsonl") as file:
        assert file.get("c1") == {"[NAME_1]": "王小明\n\ud800"}
        assert file.get("c2") == file.get("nobody") == {}


@given(st.data())
def test_a_line_torn_anywhere_costs_that_line_only(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("torn") / "p.jsonl"
    with PseudonymFile(path) as file:
        file.add("c1", {"[NAME_1]": "Anna"})
        whole = path.stat().st_size
        file.add("c2", {"[NAME_1]": "Bob"})
    size = path.stat().st_size
    os.truncate(path, data.draw(st.integers(whole, size - 1)))
    torn = path.stat().st_size > whole
    with PseudonymFile(path) as file:
        assert file.get("c2") == {}
        file.add("c3", {"[NAME_1]": "Carl"})
        assert (file.get("c1"), file.get("c3")) == ({"[NAME_1]": "Anna"}, {"[NAME_1]": "Carl"})
        # Only the newline is missing where one byte was cut: the line is whole again once another follows.
        lost = torn and file.get("c2") == {}
        assert file.damaged_lines == int(lost)


def test_writers_in_turn_see_each_other(tmp_path: Path) -> None:
    with PseudonymFile(tmp_path / "p.jsonl") as one, PseudonymFile(tmp_path / "p.jsonl") as two:
        one.add("c1", {"[A_1]": "x"})
        two.add("c1", {"[A_1]": "y"})
        assert one.get("c1") == two.get("c1") == {"[A_1]": "y"}


def test_a_full_disk_is_told_and_costs_no_earlier_line(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with PseudonymFile(tmp_path / "p.jsonl") as file:
        file.add("c1", {"[NAME_1]": "Anna"})
        resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "p.jsonl").stat().st_size + 10, hard))
        try:
            with pytest.raises(LedgerError, match="disk full"):
                file.add("c2", {"[NAME_1]": "Bob"})
            with pytest.raises(LedgerError, match="free some space"):
                file.add("c2", {"[NAME_1]": "Bob"})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        file.add("c2", {"[NAME_1]": "Bob"})
        assert (file.get("c1"), file.get("c2")) == ({"[NAME_1]": "Anna"}, {"[NAME_1]": "Bob"})
        assert file.damaged_lines == 1
