"""What a run was asked to do; frozen in the run's folder, so that a resumed run can't drift."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from fewsight.digest import file_digest
from fewsight.errors import ConfigError
from fewsight.prompts.render import Order
from fewsight.prompts.selection.selectors import Order as ShotOrder
from fewsight.prompts.selection.selectors import SelectorKind
from fewsight.prompts.task import Style
from fewsight.serving.engines.base import Decoding

DEFAULT_MODEL = "smollm2-135m"
BUILT_IN: Final = "built-in"
"""Names the adapter that comes with the embedded model."""

BARE: Final = "none"
"""In place of an adapter's folder: no adapter, not even the built-in one."""
Similarity = Literal["tfidf", "minilm"]


def built_in_folder() -> Path:
    """Folder of the adapter that comes with the embedded model."""
    return Path(__file__).parents[1] / "built_in"


@dataclass(frozen=True)
class RunOptions:
    """Options that change answers.

    `adapters` maps a task's name, or '*' for all, to the folder of its adapter, or to 'built-in' or 'none'. Where it is
    empty, the embedded model uses its built-in adapter for the tasks that it fits.
    `order` None lets the planner choose.
    `force` uses an adapter although its manifest speaks against it.
    `dtype` is the number type of local engines: 'bfloat16', 'float32', or 'auto'.
    `calibrations` are files of `fewsight eval`, one for each task; `max_error` is the share of answers that may be
    wrong of those that are not set aside for review.
    `as_of` None means the newest event of the input. `history_tokens` bounds the shown history.
    """

    tasks: tuple[str, ...]
    engine: str = "auto"
    model: str = DEFAULT_MODEL
    adapters: dict[str, str] = field(default_factory=dict)
    shots: int = 0
    selector: SelectorKind = "balanced"
    similarity: Similarity = "tfidf"
    shot_order: ShotOrder = "nearest-last"
    pool: str | None = None
    as_of: datetime | None = None
    limit: int | None = None
    probabilities: bool = True
    language: Literal["auto", "en", "zh"] = "auto"
    style: Style | None = None
    order: Order | None = None
    mask: bool = True
    seed: int = 0
    history_tokens: int = 1024
    decoding: Decoding = field(default_factory=Decoding)
    base_url: str | None = None
    dtype: str = "auto"
    force: bool = False
    calibrations: tuple[str, ...] = ()
    max_error: float | None = None

    def __post_init__(self) -> None:
        problems = []
        if not self.tasks:
            problems.append("no task was named; see `fewsight tasks list`")
        if len(set(self.tasks)) != len(self.tasks):
            problems.append(f"tasks {list(self.tasks)} name one twice")
        if self.shots < 0:
            problems.append(f"--shots {self.shots} is negative")
        if self.similarity != "tfidf" and self.selector not in ("knn", "mmr"):
            problems.append(
                f"--similarity {self.similarity} has no effect with --selector {self.selector}; use knn or mmr"
            )
        if self.shot_order != "nearest-last" and self.selector not in ("knn", "mmr"):
            problems.append(
                f"--shot-order {self.shot_order} has no effect with --selector {self.selector}; use knn or mmr"
            )
        if self.limit is not None and self.limit < 1:
            problems.append(f"--limit {self.limit} leaves no customer; use 1 or more")
        if self.decoding.max_tokens < 1:
            problems.append(f"--max-tokens {self.decoding.max_tokens} leaves no room for an answer; use 1 or more")
        if not 0 <= self.decoding.temperature <= 5:
            problems.append(f"--temperature {self.decoding.temperature} is not between 0 and 5")
        if self.history_tokens < 16:
            problems.append(f"--history-tokens {self.history_tokens} is too few to show an event; use 16 or more")
        if self.max_error is not None and not 0 < self.max_error < 1:
            problems.append(f"--max-error {self.max_error} is no share between 0 and 1, such as 0.05")
        if (self.calibrations or self.max_error is not None) and not self.probabilities:
            problems.append("--calibration and --max-error need --probabilities on")
        if self.as_of is not None and self.as_of.tzinfo is None:
            problems.append(f"--as-of {self.as_of} has no time zone; write e.g. 2026-03-01T00:00:00Z")
        unknown = [name for name in self.adapters if name != "*" and name not in self.tasks]
        if unknown:
            problems.append(f"adapters for tasks that are not run: {unknown}")
        if problems:
            raise ConfigError("; ".join(problems) + ".")

    def adapter(self, task: str) -> Path | None:
        """The adapter of a task."""
        folder = self.adapters.get(task, self.adapters.get("*"))
        if folder in (None, BARE):
            return None
        return built_in_folder() if folder == BUILT_IN else Path(str(folder))

    def frozen(self) -> dict[str, Any]:
        """Plain data for run.json: everything but `limit`, which may grow when a run is continued, and `force`."""
        data: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        del data["limit"], data["force"], data["calibrations"]
        if self.calibrations:
            data["calibrations"] = [file_digest(Path(name)) for name in self.calibrations]
        if self.max_error is None:  # runs of before know nothing of it
            del data["max_error"]
        return data
