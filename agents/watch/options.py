"""What a watch is told: how many alerts, how many of them in vain, and where they go."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from fewsight.errors import ConfigError

Rank = Literal["risk", "value"]
WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """`budget` alerts are written in any 7 days at most; 0 writes none. `false_alarms` is the share of customers
    without the outcome who may be alerted, which holds with a probability of `confidence` (see `thresholds`); 1 sets no
    threshold. `rank` says whose alerts come first: those at the highest risk, or with the most risk times value.
    `again_after` days pass before a customer is alerted again, None for the outcome's whole window. `past` windows set
    the threshold. `learned` are the files of rows that the answerer was fitted on, None for those beside the task.

    Raises:
        ConfigError: something is out of range (all at once).
    """

    budget: int = 20
    false_alarms: float = 0.05
    confidence: float = 0.95
    rank: Rank = "risk"
    again_after: int | None = None
    past: int = 12
    learned: tuple[Path, ...] | None = None
    accept_mapping: bool = False
    webhook: str | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        if problems := list(self._problems()):
            raise ConfigError("The watch can't be kept:" + "".join(f"\n  - {one}" for one in problems))

    def _problems(self) -> Iterator[str]:
        if self.budget < 0:
            yield f"--budget {self.budget} is below 0; give so many alerts a week, or 0 for none"
        if not 0 < self.false_alarms <= 1:
            yield f"--false-alarms {self.false_alarms:g} is no share; give e.g. 0.05, or 1 for no threshold"
        if not 0 < self.confidence < 1:
            yield f"--confidence {self.confidence:g} is not between 0 and 1; give e.g. 0.95"
        if self.past < 1:
            yield f"--past {self.past} windows set no threshold; give 1 or more"
        if self.again_after is not None and self.again_after < 0:
            yield f"--again-after {self.again_after} is below 0"
