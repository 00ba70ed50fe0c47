"""The ladder: arms from label names to fused answers, each measured, until one is good enough or time is up."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fewsight.errors import ConfigError
from fewsight.evals.learn.fitness import why_nameless, why_uniform
from fewsight.evals.learn.rows import SplitFiles, split_files
from fewsight.evals.learn.time_needed import training_minutes
from fewsight.evals.model import Figure, Report
from fewsight.evals.suite.config import Suite, make_suite
from fewsight.evals.suite.run import evaluate
from fewsight.evals.suite.saving import Save
from fewsight.files import write_text
from fewsight.notices import Progress, Silent
from fewsight.pages.formats import share
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import Task
from fewsight.serving.models.names import DEFAULT_MODEL

logger = logging.getLogger(__name__)

NAMES: Final = "names"
ADAPTER: Final = "finetune"
RUNGS: Final = (NAMES, "encoder", ADAPTER, f"fused:encoder+{ADAPTER}")
"""Arms from the cheapest on; each is tried after those before it."""

PRESET: Final = "best"
"""Of the adapter's training: few rows of many labels need more than one epoch."""

REFERENCE: Final = "majority"
"""Stands beside them: an arm that is no better has learned nothing."""


@dataclass(frozen=True)
class Goal:
    """When to stop climbing.

    Args:
        target: the share of right answers that is wanted; a rung has it where the lower end of its 95 % interval
            is not below. None: all rungs are tried.
        minutes: after so many no further rung is begun, and none whose training is expected to end later.
        within: how many points the answerer may be worse than another arm, for being cheaper.
    """

    target: float | None = None
    minutes: float = 30.0
    within: float = 1.0

    def __post_init__(self) -> None:
        """Raises ConfigError where a number can't be meant."""
        if self.target is not None and not 0 < self.target < 1:
            raise ConfigError(f"A target of {self.target:g} is no share of right answers; use one such as 0.9.")
        if self.minutes <= 0 or self.within <= 0:
            raise ConfigError("Minutes, and the points of --within, must be above 0.")


@dataclass(frozen=True)
class Learned:
    """What a ladder ended with: the report of all rungs, the arm that was saved, and why it ended."""

    report: Report
    arm: str
    folder: Path
    ended: str


def learn(
    task: str,
    train: Path,
    out: Path,
    *,
    test: Path | None = None,
    goal: Goal | None = None,
    model: str = DEFAULT_MODEL,
    seed: int = 0,
    progress: Progress | None = None,
) -> Learned:
    """Climb, report, and save the cheapest arm that is shown to be good enough as an answerer in `out`/answerer.

    The same call again computes nothing twice, and goes on where a stopped one was.

    Args:
        task: name or folder.
        train: labelled rows; a share of them is held back to fit weights on and, without `test`, to test on.
        out: folder of the rows' files, the evaluation with its report, and the answerer.
        test: labelled rows to test on.
        goal: when to stop.
        model: the language model that an adapter is trained for.
        seed: of the split and of trainings.
        progress: is told how far the answers of an arm, or its training, are.

    Raises:
        FewsightError: anything named is wrong, or an arm can't answer.
    """
    goal, begun = goal or Goal(), time.monotonic()
    known = load_task(task)
    files = split_files(known, train, test, out / "rows", seed)
    logger.info(files.in_words)
    climb = _Climb(known, task, files, out, goal, model, seed, progress or Silent(), begun)
    report, ended = climb.all_rungs()
    arm = climb.cheapest(report)
    climb.evaluated(climb.tried, Save(arm, out / "answerer"))
    return Learned(report, arm, out / "answerer", ended)


@dataclass
class _Climb:
    task: Task
    named: str
    files: SplitFiles
    out: Path
    goal: Goal
    model: str
    seed: int
    progress: Progress
    begun: float
    tried: tuple[str, ...] = ()

    def all_rungs(self) -> tuple[Report, str]:
        """The report of those that were tried, and why there were no more."""
        report: Report | None = None
        for rung in RUNGS:
            if report and (why := self._too_late(rung)):
                return report, why
            if rung == NAMES and (why := why_nameless(self.task)):
                logger.warning(f"{rung} is passed over: {why}")
                continue
            self.tried = (*self.tried, rung)
            report = self.evaluated(self.tried)
            figures = dict(_figures(report, rung))
            for path, figure in figures.items():
                logger.info(f"{rung}: {share(figure)} right ({path}), after {self._minutes:.1f} min")
            if self.goal.target is not None and all((one.low or 0.0) >= self.goal.target for one in figures.values()):
                return report, f"{rung} is shown to have the target of {100 * self.goal.target:g} % right"
        assert report is not None  # there are rungs
        wanted = "" if self.goal.target is None else f"; the target of {100 * self.goal.target:g} % is not shown"
        but = "" if NAMES in self.tried else f" but {NAMES}"
        return report, f"all rungs{but} were tried{wanted}"

    def evaluated(self, arms: tuple[str, ...], save: Save | None = None) -> Report:
        """An evaluation of some rungs beside the reference."""
        return evaluate(self._suite(arms), self.out / "evaluation", self.progress, save)

    def cheapest(self, report: Report) -> str:
        """The cheapest arm that is shown to be good enough, or the best; never the reference."""
        choice = report.tasks[0].choice
        if choice is not None and choice.arm in self.tried:
            return choice.arm
        return max(self.tried, key=lambda rung: sum(figure.value for _, figure in _figures(report, rung)))

    def _suite(self, arms: tuple[str, ...]) -> Suite:
        task = {
            "task": self.named,
            "train": self.files.train.resolve(),
            "calibration": self.files.calibration.resolve(),
            "test": self.files.test.resolve(),
        }
        options = {
            "title": f"How well {self.task.name} is learned",
            "tasks": [task],
            "arms": [REFERENCE, *(self._arm(name) for name in arms)],
            "seeds": [self.seed],
            "model": self.model,
            "within": self.goal.within,
            "baselines": False,
        }
        return make_suite(options)

    def _arm(self, name: str) -> str | dict[str, str]:
        if name != ADAPTER:
            return name
        config = self.files.train.with_name("finetune.toml").resolve()
        write_text(config, f'preset = "{PRESET}"\n')
        return {"name": name, "arm": name, "config": str(config)}

    @property
    def _minutes(self) -> float:
        return (time.monotonic() - self.begun) / 60

    def _too_late(self, rung: str) -> str | None:
        """Why a rung is not begun; None where there is time."""
        left = self.goal.minutes - self._minutes
        if left <= 0:
            return f"the {self.goal.minutes:g} minutes were over before {rung}"
        if rung != ADAPTER:
            return None if rung == RUNGS[1] or ADAPTER in self.tried else f"{rung} needs the adapter"
        if why := why_uniform(self.task, self.files.train):
            return f"an adapter has nothing to learn: {why}"
        needed = training_minutes(self.task, self.files.train, self.model, PRESET)
        if needed <= left:
            return None
        return (
            f"an adapter would take about {needed:.0f} minutes to train here, and {left:.0f} of {self.goal.minutes:g} "
            "are left; more --minutes let it be tried"
        )


def _figures(report: Report, arm: str) -> Iterator[tuple[str, Figure]]:
    for field in report.tasks[0].fields:
        if arm in field.figures:
            yield field.path, field.figures[arm][field.headline]
