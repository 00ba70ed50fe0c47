"""Which answers of a model are worth something: those that an evaluation has shown to beat the commonest answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from fewsight.errors import ConfigError, InputError, did_you_mean, first_problem

MAJORITY: Final = "majority"
ALPHA: Final = 0.05
"""As reports of evaluations have it, after Holm's correction."""


class _Difference(BaseModel):
    value: float


class _Pair(BaseModel):
    first: str
    second: str
    difference: _Difference
    p_holm: float

    def favours(self, arm: str) -> bool:
        """Whether the arm is shown to be better than the commonest answer."""
        if self.p_holm > ALPHA or {self.first, self.second} != {arm, MAJORITY}:
            return False
        return (self.difference.value > 0) == (self.first == arm)


class _Field(BaseModel):
    path: str
    pairs: list[_Pair]


class _Arm(BaseModel):
    name: str
    kind: str


class _Task(BaseModel):
    task: str
    arms: list[_Arm]
    fields: list[_Field]


class _Report(BaseModel):
    tasks: list[_Task]


@dataclass(frozen=True, slots=True)
class Proof:
    """The fields of a task that are shown to be better than the commonest answer, and where that is known from."""

    fields: frozenset[str]
    source: str


NOTHING: Final = Proof(frozenset(), "No evaluation of this model was given, so all that it infers is unproven.")


def published(adapter: str | None, task: str) -> Proof:
    """What the figures that were published of the built-in adapter show; nothing of any other."""
    data = json.loads(files("fewsight.agents.personas").joinpath("published.json").read_text("utf-8"))
    if adapter != data["adapter"]:
        return NOTHING
    source = "Proven is what the published figures of the built-in adapter show, on customers of the sample shop."
    return Proof(frozenset(data["shown"].get(task, ())), source)


def of_report(path: Path, task: str, arm: str | None) -> Proof:
    """What the report.json of `fewsight eval` shows of an arm: by default of the only one that is no baseline.

    Raises:
        InputError: the file can't be read, or holds no report.
        ConfigError: it is not of this task, has no arm of the name, several, or no majority.
    """
    part = next((one for one in _read(path).tasks if one.task == task), None)
    if part is None:
        raise ConfigError(f"{str(path)!r} is no evaluation of the task {task!r}; give one of it, or another --task.")
    names = [one.name for one in part.arms]
    if MAJORITY not in names:
        raise ConfigError(f"The evaluation in {str(path)!r} has no arm {MAJORITY!r}; add it to --arms.")
    chosen = _chosen(arm, [one.name for one in part.arms if one.kind != "baseline"], names)
    shown = frozenset(field.path for field in part.fields if any(pair.favours(chosen) for pair in field.pairs))
    return Proof(shown, f"Proven is what the evaluation in {path.name} shows of its arm {chosen}.")


def _chosen(arm: str | None, able: Sequence[str], names: Sequence[str]) -> str:
    if arm is not None and arm not in names:
        raise ConfigError(f"The evaluation has no arm {arm!r}.{did_you_mean(arm, names)}")
    if arm is None and len(able) != 1:
        raise ConfigError(f"Say with --eval-arm which arm answered the run; the evaluation has {', '.join(names)}.")
    return arm or able[0]


def _read(path: Path) -> _Report:
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        return _Report.model_validate(data)
    except ValidationError as error:
        raise InputError(f"{str(path)!r} is no report.json of an evaluation ({first_problem(error)}).") from error
    except (OSError, ValueError) as error:
        raise InputError(f"Can't read the evaluation in {str(path)!r}: {error}.") from error
