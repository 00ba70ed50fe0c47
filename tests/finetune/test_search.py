"""`--search`: what is tried, what is stopped, what is chosen, and how a killed search goes on."""

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fewsight.adapter_manifest import read_manifest
from fewsight.cli import root
from fewsight.errors import ConfigError, DivergedError, TrainingError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.config_file import make_config
from fewsight.finetune.pipeline import finetune
from fewsight.finetune.rows.dataset import Lesson
from fewsight.finetune.search import search as module
from fewsight.finetune.search.search import search, trained_tokens
from fewsight.finetune.search.trials import Trial, best_trial, read_trials, write_trials
from fewsight.finetune.setup import Setup, set_up
from fewsight.finetune.training.checkpoint import Evaluation
from fewsight.finetune.training.loop import Observer, Training
from fewsight.finetune.training.progress import StepProgress
from fewsight.notices import Silent
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder

pytest.importorskip("optuna", reason="searching needs the extra: pip install 'fewsight[search]'")

CONFIG = FinetuneConfig(
    rank=16,
    epochs=1.5,
    batch_rows=7,
    learning_rate=5e-3,
    valid_share=0.2,
    search=3,
    checkpoint_minutes=0,
    report_rows=4,
)
STEPS = (1, 2, 3, 4)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def setup(toy: Task, toy_file: Path, base: ModelFolder) -> Setup:
    return set_up((Lesson(toy, toy_file),), str(base.path), CONFIG)


def evaluation(step: int, accuracy: float, log_loss: float = 1.0) -> Evaluation:
    return Evaluation(step, 10, accuracy, log_loss, 1.0, {"intent": accuracy})


def trial(accuracy: float, rank: int = 8, log_loss: float = 1.0, **changes: Any) -> Trial:
    evaluations = tuple(evaluation(step, accuracy, log_loss) for step in STEPS)
    return replace(Trial(5e-3, rank, "whole", 4, 100, 1.0, evaluations), **changes)


def same(first: tuple[Trial, ...], second: tuple[Trial, ...]) -> bool:
    """Equal but for the time they took."""
    return [replace(one, seconds=0.0) for one in first] == [replace(one, seconds=0.0) for one in second]


class KilledError(Exception):
    pass


class Killer(Silent):
    """Ends the process, as it were, in a given trial after a given step. `totals` are the steps of each training."""

    def __init__(self, number: int, step: int) -> None:
        self._number, self._step, self.totals = number, step, list[int]()

    def begin(self, unit: str, total: int) -> None:
        self.totals.append(total)
        self._done = 0

    def advance(self, done: int, note: str = "") -> None:
        self._done += done
        if len(self.totals) == self._number and self._done == self._step:
            raise KilledError


def test_an_adapter_is_trained_with_the_best_settings(
    toy: Task, toy_file: Path, base: ModelFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    lesson, config = [Lesson(toy, toy_file)], replace(CONFIG, augment_typos=1.0)
    ways: dict[str, Any] = {"model": str(base.path), "ways": ("transformers",), "config": config}
    killer = Killer(2, 3)
    with pytest.raises(KilledError):
        finetune(lesson, tmp_path / "a", progress=killer, **ways)
    assert len(read_trials(tmp_path / ".a.training" / "search")) == 1
    with pytest.raises(ConfigError, match="what differs: search"):
        finetune(lesson, tmp_path / "a", **ways | {"config": replace(config, search=4)})
    again = Killer(99, 0)
    done = finetune(lesson, tmp_path / "a", progress=again, **ways)
    assert again.totals[0] == killer.totals[1] - 2, "the second trial goes on after its checkpoint"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]

    with (tmp_path / "a" / "trials.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["trial"] for row in table] == ["1", "2", "3"]
    assert (float(table[0]["learning_rate"]), table[0]["rank"]) == (5e-3, "16"), "the given settings come first"
    best = max(table, key=lambda row: (float(row["accuracy"]), -float(row["log_loss"])))
    kept = make_config(tmp_path / "a" / "config.toml", {})
    assert (kept.learning_rate, kept.rank, kept.search) == (float(best["learning_rate"]), int(best["rank"]), 0)
    assert json.loads((tmp_path / "a" / "adapter_config.json").read_text())["r"] == kept.rank

    manifest = read_manifest(tmp_path / "a")
    assert manifest is not None
    line = str(manifest.training["search"])
    assert line.startswith("3 trials, 0 ended early, ")
    assert line in (tmp_path / "a" / "card.html").read_text()
    (data,) = manifest.data.values()
    assert data.augmented == {"typos": 26}
    assert "augmented rows, typos</td><td>26<" in (tmp_path / "a" / "card.html").read_text()
    shown = CliRunner().invoke(root, ["adapters", "show", str(tmp_path / "a")]).output
    assert f"search: {line}" in shown
    assert "trained on 28 rows and copies of some (26 typos)" in shown
    assert any(text.startswith("search: 2 trials of at most 8 steps, ") for text in caplog.messages)
    assert done.manifest.training["steps"] == 12, "the epochs asked for, not those of a trial"


@pytest.mark.parametrize(("number", "step"), [(1, 2), (2, 4)])
def test_a_killed_search_is_the_uninterrupted_one(setup: Setup, tmp_path: Path, number: int, step: int) -> None:
    whole = search(setup, tmp_path / "a", Observer())
    with pytest.raises(KilledError):
        search(setup, tmp_path / "b", StepProgress(Killer(number, step)))
    assert same(search(setup, tmp_path / "b", Observer()), whole)
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["trials.json"]
    assert len({(one.learning_rate, one.rank) for one in whole}) == 3
    assert all(5e-3 / 4 <= one.learning_rate <= 5e-3 * 4 and 4 <= one.rank <= 32 for one in whole)


def test_a_trial_that_is_behind_is_stopped(setup: Setup, tmp_path: Path) -> None:
    write_trials(tmp_path, [trial(1.0, rank, log_loss=0.0) for rank in (4, 8, 16, 32)])
    trials = search(replace(setup, config=replace(CONFIG, search=5)), tmp_path, Observer())
    assert (trials[4].ended, trials[4].steps) == ("stopped", 1)
    assert best_trial(trials).rank == 4, "the first of equal ones"


def test_a_trial_is_not_stopped_where_too_few_were_made(setup: Setup, tmp_path: Path) -> None:
    write_trials(tmp_path, [trial(1.0), trial(1.0)])
    assert [one.ended for one in search(setup, tmp_path, Observer())] == ["whole"] * 3


def test_a_trial_that_diverges_does_not_end_the_search(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Diverges(Training):
        def run(self) -> Any:
            if self._work.name in bad:
                raise DivergedError("The loss is nan")
            return super().run()

    monkeypatch.setattr(module, "Training", Diverges)
    bad = {"trial-001"}
    trials = search(setup, tmp_path / "a", Observer())
    assert [one.ended for one in trials] == ["diverged", "whole", "whole"]
    bad |= {"trial-002", "trial-003"}
    with pytest.raises(TrainingError, match="all 3 trials was no number; lower learning_rate"):
        search(setup, tmp_path / "b", Observer())


def test_the_best_trial_is_whole_and_has_the_lower_log_loss() -> None:
    best, worse = trial(0.9, log_loss=0.2), trial(0.9, log_loss=0.3)
    early = trial(1.0, ended="stopped")
    nothing = trial(0.0, evaluations=(evaluation(1, 1.0, float("nan")),))
    assert best_trial([worse, early, nothing, best]) is best
    with pytest.raises(TrainingError, match="lower learning_rate"):
        best_trial([early, nothing])


def test_trials_survive_their_file(tmp_path: Path) -> None:
    assert read_trials(tmp_path) == ()
    trials = (trial(0.5), trial(0.7, ended="diverged", evaluations=()))
    write_trials(tmp_path, trials)
    assert read_trials(tmp_path) == trials


@pytest.mark.parametrize("epochs", [0.4, 1.0, 2.6])
def test_tokens_are_told_as_they_will_be(setup: Setup, tmp_path: Path, epochs: float) -> None:
    config = replace(CONFIG, epochs=epochs, search=1)
    (done,) = search(replace(setup, config=config), tmp_path, Observer())
    assert (done.steps, done.tokens) == trained_tokens(setup.dataset.train, replace(config, epochs=min(epochs, 1.0)))
    assert trained_tokens(setup.dataset.train, replace(config, epochs=2.0))[1] == 2 * sum(
        row.tokens for row in setup.dataset.train
    )


def test_optuna_is_asked_for(toy: Task, toy_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ConfigError, match=r"needs Optuna; run pip install 'fewsight\[search\]'"):
        finetune([Lesson(toy, toy_file)], tmp_path / "a", config=CONFIG)
