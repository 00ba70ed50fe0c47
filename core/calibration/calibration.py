"""A calibration as plain data, and how it is applied to the labels of one answer.

A calibration holds for the exact circumstances that it was fitted under. `require` refuses any others.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import ValidationError, model_validator

from fewsight.calibration.steps import Curve, Part, Prior, Shares, Step
from fewsight.errors import ConfigError, first_problem
from fewsight.files import write_text

VERSION: Final = 1


class Circumstances(Part):
    """What probabilities depend on. `model`, `adapter`, `template` and `heads` (what answers beside the model) are
    digests; `shots` is how shots are chosen."""

    task: str
    task_version: str
    template: str
    shots: str
    model: str
    adapter: str | None
    engine: str
    dtype: str
    heads: str | None = None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A field after calibration. `confidence` is the probability that `label` is right.

    After a curve of the top label, `label` stays what the model answered, also where its confidence falls below another
    label's.
    """

    label: str
    confidence: float
    probabilities: dict[str, float]


class Threshold(Part):
    """The confidence from which on at most `risk` of the answers are wrong, with `confidence`.

    None where nothing can be promised. `rows` customers it was chosen on, of whom the share `coverage` is answered.
    """

    risk: float
    confidence: float
    threshold: float | None
    rows: int
    coverage: float


class FieldCalibration(Part):
    """The steps of one field, one after the other, the log loss on the rows that it was fitted on, and thresholds."""

    steps: tuple[Step, ...]
    thresholds: tuple[Threshold, ...] = ()
    rows: int
    log_loss_before: float | None = None
    log_loss_after: float | None = None

    @model_validator(mode="after")
    def _curve_is_last(self) -> Self:
        if any(isinstance(step, Curve) for step in self.steps[:-1]):
            raise ValueError("a platt or isotonic step must be the last one")
        return self

    @property
    def may_change_labels(self) -> bool:
        """Whether another label than before may be the most probable one afterwards."""
        return any(isinstance(step, Prior) for step in self.steps)

    def threshold(self, risk: float) -> Threshold | None:
        """That of the largest risk that was fitted and is not above this one; None where there is none."""
        return max((one for one in self.thresholds if one.risk <= risk), key=lambda one: one.risk, default=None)

    def apply(self, shares: Shares) -> Calibrated:
        """Calibrate the probabilities of one answer.

        Raises:
            ConfigError: its labels are not those of the fit.
        """
        now, label = dict(shares), _best(shares)
        for step in self.steps:
            now = step.apply(now)
            if not (isinstance(step, Curve) and step.positive is None):
                label = _best(now)
        return Calibrated(label, now[label], now)


class Calibration(Part):
    """The calibrated fields of a task, by dotted path, with the circumstances that they hold for."""

    version: Literal[1] = VERSION
    circumstances: Circumstances
    fields: dict[str, FieldCalibration]

    @property
    def changing(self) -> tuple[str, ...]:
        """The fields whose labels it may change."""
        return tuple(path for path, field in self.fields.items() if field.may_change_labels)

    def require(self, now: Circumstances) -> None:
        """Refuse other circumstances than those of the fit.

        Raises:
            ConfigError: something differs; all of it is named.
        """
        fitted, current = self.circumstances.model_dump(), now.model_dump()
        differing = [
            f"{name} {fitted[name]!r}, now {current[name]!r}" for name in fitted if fitted[name] != current[name]
        ]
        if differing:
            raise ConfigError(f"The calibration was fitted for {'; '.join(differing)}. Fit it again, or leave it out.")

    def apply(self, field: str, shares: Shares) -> Calibrated:
        """Calibrate one field of one answer; a field that was not fitted stays as it is.

        Raises:
            ConfigError: its labels are not those of the fit.
        """
        fitted = self.fields.get(field)
        return fitted.apply(shares) if fitted else Calibrated(_best(shares), max(shares.values()), dict(shares))

    def write(self, path: Path) -> None:
        """Write the JSON file, or replace it.

        Raises:
            OSError: it can't be written.
        """
        write_text(path, self.model_dump_json(indent=2) + "\n")


def read_calibration(path: Path) -> Calibration:
    """Read what `Calibration.write` wrote.

    Raises:
        ConfigError: the file is missing, damaged or of a newer version.
    """
    try:
        return Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{str(path)!r} can't be read: {error}.") from error
    except ValidationError as error:
        raise ConfigError(f"{str(path)!r} is no calibration of version {VERSION}: {first_problem(error)}.") from error


def _best(shares: Shares) -> str:
    return max(shares, key=shares.__getitem__)
