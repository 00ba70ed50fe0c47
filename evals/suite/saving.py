"""Saving an arm of an evaluation as an answerer's folder, with the calibration that was fitted for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fewsight.calibration import Calibration, Circumstances
from fewsight.errors import ConfigError, did_you_mean
from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.base import SAVABLE, Arm
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.row_histories import RowHistories
from fewsight.evals.arms.saving import Piece, require_place, write_pieces
from fewsight.evals.suite.config import Suite
from fewsight.evals.suite.fields import ScoredField
from fewsight.serving.answerers.folder import AnswererManifest, Weighting
from fewsight.serving.run.calibrated import circumstances
from fewsight.serving.run.options import make_options
from fewsight.serving.run.session import open_session

BEST: Final = "best"
CHEAPEST: Final = "cheapest"
_CHOSEN: Final = (BEST, CHEAPEST)

CALIBRATION: Final = "calibration.json"
"""The file of an answerer's calibration, inside it."""


@dataclass(frozen=True)
class Save:
    """What is to be saved: the name of an arm, 'best', or 'cheapest' for the one that reports begin with; and where."""

    arm: str
    folder: Path

    def require(self, suite: Suite) -> None:
        """Refuse what can't be saved, before anything is answered.

        Raises:
            ConfigError: the suite has several tasks or no such arm, the arm can't be saved, or the folder is taken.
        """
        require_place(self.folder)
        if len(suite.tasks) > 1:
            raise ConfigError("--save takes one task, and the suite has several; evaluate them one by one.")
        arms = {arm.name: arm for arm in suite.all_arms()}
        able = [name for name in arms if _saves(name, arms)]
        if self.arm in _CHOSEN and not able:
            raise ConfigError(f"No arm of this evaluation can be saved; {SAVABLE} can.")
        if self.arm not in (*_CHOSEN, *arms):
            raise ConfigError(f"There is no arm {self.arm!r} to save.{did_you_mean(self.arm, [*_CHOSEN, *arms])}")
        if self.arm not in (*_CHOSEN, *able):
            raise ConfigError(f"Arm {self.arm!r} can't be saved; {SAVABLE} can.")


@dataclass(frozen=True)
class Evaluated:
    """The arms of one task with their answers and scores; `cheapest` is the cheapest of several that is good enough."""

    arms: Sequence[Arm]
    context: Context
    parts: Parts
    answers: Mapping[str, Answers]
    scored: Sequence[ScoredField]
    cheapest: str | None

    def save(self, wanted: Save, suite: Suite) -> Arm:
        """Write the folder, and return the arm that it holds.

        Raises:
            FewsightError: the arm can't be saved, or what was saved can't be run here.
        """
        arms = {arm.name: arm for arm in self.arms}
        arm = arms[self._named(wanted.arm, arms)]
        pieces = {name: arms[name].piece(self.context, self.answers[name]) for name in arm.components or (arm.name,)}
        blends = _by_part(self.answers[arm.name].blends, pieces)
        fitted = self.parts.get("calibration", ()) if blends else ()
        task = self.context.task
        figures = self._figures(arm)
        manifest = write_pieces(wanted.folder, arm.name, task, list(pieces.values()), blends, fitted, figures)
        self._calibrate(arm, manifest, wanted.folder, suite)
        return arm

    def _named(self, word: str, arms: Mapping[str, Arm]) -> str:
        if word == BEST or (word == CHEAPEST and self.cheapest is None):
            return self._best(arms)
        if word != CHEAPEST or self.cheapest is None:
            return word
        if not _saves(self.cheapest, arms):
            raise ConfigError(f"The cheapest good arm is {self.cheapest!r}, which can't be saved; {SAVABLE} can.")
        return self.cheapest

    def _best(self, arms: Mapping[str, Arm]) -> str:
        """The arm with the highest headline figure, in the mean of all fields; the first of equals."""
        able = [name for name in arms if _saves(name, arms) and all(name in f.part.figures for f in self.scored)]
        if not able:
            raise ConfigError(f"No arm of this evaluation can be saved; {SAVABLE} can.")
        return max(able, key=lambda name: sum(f.part.figures[name][f.part.headline].value for f in self.scored))

    def _figures(self, arm: Arm) -> dict[str, dict[str, float]]:
        """Of the test rows, by field and metric."""
        return {
            one.part.path: {metric: round(figure.value, 6) for metric, figure in one.part.figures[arm.name].items()}
            for one in self.scored
            if arm.name in one.part.figures
        }

    def _calibrate(self, arm: Arm, manifest: AnswererManifest, folder: Path, suite: Suite) -> None:
        """Write what was fitted on the calibration rows, for the circumstances of a run with the folder."""
        fields = {one.part.path: one.fitted[arm.name] for one in self.scored if arm.name in one.fitted}
        if not fields:
            return
        now = self._circumstances(arm, manifest, folder, suite)
        Calibration(circumstances=now, fields=fields).write(folder / CALIBRATION)

    def _circumstances(self, arm: Arm, manifest: AnswererManifest, folder: Path, suite: Suite) -> Circumstances:
        """Those of a run with the folder, on the engine that the arm ran on."""
        known = self.answers[arm.name].circumstances
        if known is not None and set(manifest.parts) == set(manifest.models):
            return known
        task, options = self.context.task, make_options((self.context.task.name,), answerer=str(folder))
        if manifest.models:
            engine = next((e for one in self.arms if one.name in arm.components and (e := _engine(one))), suite.engine)
            options = replace(options, engine=replace(options.engine, name=engine, dtype=suite.dtype))
        session = open_session(options, RowHistories(self.parts), (task,))
        return circumstances(session, session.tasks[0])


def _engine(arm: Arm) -> str | None:
    engine: str | None = getattr(arm, "engine", None)
    return engine


def _saves(name: str, arms: Mapping[str, Arm]) -> bool:
    arm = arms[name]
    return arm.saves and all(one in arms and arms[one].saves for one in arm.components)


def _by_part(blends: Mapping[str, Weighting], pieces: Mapping[str, Piece]) -> dict[str, Weighting]:
    """Weights by the names of parts, which are not those of arms where these are language models."""
    return {
        path: one.model_copy(update={"weights": {pieces[name].name: weight for name, weight in one.weights.items()}})
        for path, one in blends.items()
    }
