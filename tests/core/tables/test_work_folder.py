"""What customers wrote stays in no temporary file: not after the end, nor after `kill -9` and a new start."""

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fewsight.errors import InputError
from fewsight.tables import open_histories
from fewsight.tables.work_folder import WorkFolder

HOLD = """
import sys, time
from pathlib import Path
from fewsight.tables import open_histories
with open_histories(Path(sys.argv[1]), work=Path(sys.argv[2]), memory_limit="1GB"):
    print("open", flush=True)
    time.sleep(600)
"""


def folders(below: Path) -> list[Path]:
    return sorted(path for path in below.iterdir() if path.is_dir())


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text("customer_id,text\na,secret words\n")
    return tmp_path / "t.csv"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def test_a_folder_is_private_and_gone_at_the_end(table: Path, work: Path) -> None:
    with open_histories(table, work=work):
        (folder,) = folders(work)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folders(work) == []
    with pytest.raises(InputError):
        open_histories(table, work=work, tz="Nowhere")
    assert folders(work) == []


def test_what_a_killed_process_left_is_removed_by_the_next_and_nothing_in_use(table: Path, work: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(table), str(work)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        (held,) = folders(work)
        with open_histories(table, work=work):
            assert held in folders(work)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
        process.stdout.close()
    assert folders(work) == [held]
    with open_histories(table, work=work):
        assert held not in folders(work)
    assert folders(work) == []


def test_a_folder_goes_with_its_object(work: Path) -> None:
    folder = WorkFolder(work)
    assert folders(work) == [folder.path]
    del folder
    assert folders(work) == []


def test_links_and_other_folders_are_left_alone(tmp_path: Path, work: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("x")
    (work / "fewsight-work-link").symlink_to(tmp_path / "mine")
    (work / "fewsight-other").mkdir()
    WorkFolder(work).remove()
    assert (tmp_path / "mine" / "file").exists()
    assert (work / "fewsight-other").exists()


def test_a_place_that_cannot_be_written_is_named(table: Path) -> None:
    with pytest.raises(InputError, match="folder for temporary files"):
        open_histories(table, work=table / "below")
