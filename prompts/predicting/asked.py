"""How the rows of a question about the future were asked: `asked.toml` in its task folder, which `watch` follows."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fewsight.errors import TaskError, first_problem
from fewsight.files import write_text
from fewsight.outcomes import Outcome
from fewsight.outcomes.labelled import Plan
from fewsight.outcomes.windows import Windows

NAME: Final = "asked.toml"
_NOTE: Final = "# Who was asked, and how often; `fewsight watch` asks in the same way.\n"


class Asked(BaseModel):
    """Moments lie `every_days` apart; `least_events` lie before one, the newest of them not longer ago than
    `active_days`. `without` are columns of profiles that were left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every_days: int = Field(ge=1)
    least_events: int = Field(ge=1)
    active_days: int | None = None
    without: tuple[str, ...] = ()

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Of the plan that rows were made by."""
        windows = plan.windows
        return cls(
            every_days=windows.every.days,
            least_events=windows.least_events,
            active_days=windows.active_days,
            without=tuple(sorted(plan.without)),
        )

    def windows(self, outcome: Outcome, known_until: datetime, moments: tuple[datetime, ...]) -> Windows:
        """Who is asked at these moments, as the rows were."""
        every = timedelta(days=self.every_days)
        return Windows(outcome, known_until, every, moments, self.least_events, active_days=self.active_days)


def write_asked(folder: Path, plan: Plan) -> None:
    """Write `asked.toml` into a task folder.

    Raises:
        OSError: it can't be written.
    """
    table = Asked.of(plan).model_dump(mode="json", exclude_none=True)
    write_text(folder / NAME, _NOTE + tomli_w.dumps(table))


def read_asked(folder: Path) -> Asked:
    """What `write_asked` wrote.

    Raises:
        TaskError: it is not there, or damaged.
    """
    path = folder / NAME
    try:
        return Asked.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise TaskError(
            f"{str(folder)!r} does not say how its rows were asked ({NAME}); make it with `fewsight predict init`."
        ) from None
    except ValidationError as error:
        raise TaskError(f"{str(path)!r} is damaged: {first_problem(error)}.") from error
    except (OSError, ValueError) as error:
        raise TaskError(f"{str(path)!r} can't be read: {error}.") from error
