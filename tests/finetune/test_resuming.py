"""A fine-tuning that was killed goes on, and ends as if it had not been."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fewsight.adapter_manifest import read_manifest
from fewsight.errors import ConfigError
from fewsight.notices import Silent
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from tests.finetune.support import CONFIG, KilledError, Killer, call, train

pytestmark = pytest.mark.usefixtures("cache")


def test_a_killed_call_goes_on(toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path, adapter: Path) -> None:
    with pytest.raises(KilledError):
        train(toy, toy_file, base, tmp_path / "a", progress=Killer(6))
    assert not (tmp_path / "a").exists()
    with pytest.raises(ConfigError, match=r"another training; what differs: rank\. Give"):
        train(toy, toy_file, base, tmp_path / "a", config=replace(CONFIG, rank=8))
    templates = {key: source.replace("message", "words") + " " for key, source in toy.templates.items()}
    with pytest.raises(ConfigError, match=r"what differs: task"):
        train(replace(toy, templates=templates), toy_file, base, tmp_path / "a")
    done = train(toy, toy_file, base, tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    whole = read_manifest(adapter)
    assert whole is not None
    assert done.manifest.weights_digest == whole.weights_digest, "equal to the uninterrupted one, to the last bit"


@pytest.mark.slow
def test_a_process_that_is_killed_goes_on(task_folder: Path, toy_file: Path, base: ModelFolder, tmp_path: Path) -> None:
    def command(out: str) -> list[str]:
        words = ["finetune", "toy_intent", "--train", toy_file, "--model", base.path, "--out", tmp_path / out]
        words += ["--rank", 4, "--batch-rows", 4, "--epochs", 6, "--checkpoint-minutes", 0, "--parity", "transformers"]
        return [str(word) for word in words]

    code = "import sys; from fewsight.cli import main; sys.argv[0] = 'fewsight'; main()"
    process = subprocess.Popen([sys.executable, "-c", code, *command("a")], cwd=task_folder, stderr=subprocess.DEVNULL)
    work, deadline = tmp_path / ".a.training", time.monotonic() + 120
    while not list(work.glob("step-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert list(work.glob("step-*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(task_folder)
        assert [call(*command(out)).exit_code for out in ("a", "b")] == [0, 0]
    first, second = read_manifest(tmp_path / "a"), read_manifest(tmp_path / "b")
    assert first is not None
    assert second is not None
    assert first.weights_digest == second.weights_digest
    assert not work.exists()


def test_a_killed_call_goes_on_with_less_memory(toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path) -> None:
    with pytest.raises(KilledError):
        train(toy, toy_file, base, tmp_path / "a", progress=Killer(6))
    less = replace(CONFIG, micro_tokens=300, checkpoint_minutes=1.0)
    left: list[int] = []

    class Left(Silent):
        def begin(self, unit: str, total: int) -> None:
            left.append(total)

    assert train(toy, toy_file, base, tmp_path / "a", config=less, progress=Left()).manifest.training["steps"] == 8
    assert left[0] < 8, "it went on"
