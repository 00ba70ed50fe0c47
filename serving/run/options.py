"""What a run was asked to do: what shapes its prompts, which engine runs on what, and the run itself.

By name and in files the options stand flat, all in one table: as keywords of `fewsight.run`, and in run.json, which
freezes them in the run's folder so that a resumed run can't drift. That flat form is the one file format.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypedDict, Unpack, get_args

from fewsight.digest import file_digest
from fewsight.errors import ConfigError, did_you_mean
from fewsight.masking import presidio_version
from fewsight.prompts.render import Order
from fewsight.prompts.selection.selectors import Order as ShotOrder
from fewsight.prompts.selection.selectors import SelectorKind
from fewsight.prompts.task import Style
from fewsight.serving.engines.base import Decoding
from fewsight.serving.models.names import DEFAULT_MODEL

BUILT_IN: Final = "built-in"
"""Names the adapter that comes with the embedded model."""

BARE: Final = "none"
"""In place of an adapter's folder: no adapter, not even the built-in one."""

HeadsChoice = Literal["built-in", "none"]
Similarity = Literal["tfidf", "minilm", "mpnet"]
LanguageChoice = Literal["auto", "en", "zh"]


def built_in_folder() -> Path:
    """Folder of the adapter that comes with the embedded model."""
    return Path(__file__).parents[1] / "built_in"


@dataclass(frozen=True)
class PromptOptions:
    """What shapes a prompt besides its task and its customer.

    `pool` is a file of examples to choose `shots` from, None for the task's own. `style` None is 'compact' with an
    adapter and 'full' without; `order` None lets the planner choose. `mask` puts pseudonyms in the place of
    identifiers, with `presidio` also what Microsoft Presidio finds. `history_tokens` bounds the shown history.
    """

    shots: int = 0
    selector: SelectorKind = "balanced"
    similarity: Similarity = "tfidf"
    shot_order: ShotOrder = "nearest-last"
    pool: str | None = None
    language: LanguageChoice = "auto"
    style: Style | None = None
    order: Order | None = None
    mask: bool = True
    presidio: bool = False
    history_tokens: int = 1024

    def problems(self) -> Iterator[str]:
        """What is out of range or has no effect."""
        if self.shots < 0:
            yield f"--shots {self.shots} is negative"
        compares = self.selector in ("knn", "mmr")
        if self.similarity != "tfidf" and not compares:
            yield f"--similarity {self.similarity} has no effect with --selector {self.selector}; use knn or mmr"
        if self.shot_order != "nearest-last" and not compares:
            yield f"--shot-order {self.shot_order} has no effect with --selector {self.selector}; use knn or mmr"
        if self.presidio and not self.mask:
            yield "--presidio has no effect with --no-mask; give one of them"
        if self.history_tokens < 16:
            yield f"--history-tokens {self.history_tokens} is too few to show an event; use 16 or more"


@dataclass(frozen=True)
class EngineOptions:
    """Which engine runs, and on what.

    `adapters` maps a task's name, or '*' for all, to the folder of its adapter, or to 'built-in' or 'none'. Where it is
    empty, the embedded model uses its built-in adapter for the tasks that it fits.
    `heads` 'built-in' lets the heads that come with that adapter answer labels together with it, where it is used, and
    'none' leaves them out.
    `answerer` is the folder of an answerer, which says how labels are chosen and, where it has a language model, what
    model, adapter and prompt it has. `force` uses an adapter although its manifest speaks against it.
    `dtype` is the number type of an engine that loads weights: 'bfloat16', 'float32', or 'auto'; `base_url` is the
    address of a server.
    """

    name: str = "auto"
    model: str = DEFAULT_MODEL
    adapters: Mapping[str, str] = field(default_factory=dict)
    heads: HeadsChoice = BUILT_IN
    answerer: str | None = None
    force: bool = False
    dtype: str = "auto"
    base_url: str | None = None

    def adapter(self, task: str) -> Path | None:
        """The adapter of a task."""
        folder = self.adapters.get(task, self.adapters.get("*"))
        if folder in (None, BARE):
            return None
        return built_in_folder() if folder == BUILT_IN else Path(str(folder))


@dataclass(frozen=True)
class RunOptions:
    """Everything that a run was asked to do; all problems are reported at once.

    `as_of` None means the newest event of the input. `probabilities` scores closed fields instead of generating them.
    `calibrations` are files of `fewsight eval`, one for each task; `max_error` is the share of answers that may be
    wrong of those that are not set aside for review.

    Raises:
        ConfigError: options contradict each other, or are out of range.
    """

    tasks: tuple[str, ...]
    prompt: PromptOptions = field(default_factory=PromptOptions)
    engine: EngineOptions = field(default_factory=EngineOptions)
    as_of: datetime | None = None
    limit: int | None = None
    probabilities: bool = True
    seed: int = 0
    decoding: Decoding = field(default_factory=Decoding)
    calibrations: tuple[str, ...] = ()
    max_error: float | None = None

    def __post_init__(self) -> None:
        problems = [*self._problems(), *self.prompt.problems()]
        if problems:
            raise ConfigError("; ".join(problems) + ".")

    def _problems(self) -> Iterator[str]:
        if not self.tasks:
            yield "no task was named; see `fewsight tasks list`"
        if len(set(self.tasks)) != len(self.tasks):
            yield f"tasks {list(self.tasks)} name one twice"
        if self.limit is not None and self.limit < 1:
            yield f"--limit {self.limit} leaves no customer; use 1 or more"
        if self.decoding.max_tokens < 1:
            yield f"--max-tokens {self.decoding.max_tokens} leaves no room for an answer; use 1 or more"
        if not 0 <= self.decoding.temperature <= 5:
            yield f"--temperature {self.decoding.temperature} is not between 0 and 5"
        if self.max_error is not None and not 0 < self.max_error < 1:
            yield f"--max-error {self.max_error} is no share between 0 and 1, such as 0.05"
        if (self.calibrations or self.max_error is not None) and not self.probabilities:
            yield "--calibration and --max-error need --probabilities on"
        if self.as_of is not None and self.as_of.tzinfo is None:
            yield f"--as-of {self.as_of} has no time zone; write e.g. 2026-03-01T00:00:00Z"
        unknown = [name for name in self.engine.adapters if name != "*" and name not in self.tasks]
        if unknown:
            yield f"adapters for tasks that are not run: {unknown}"
        if self.engine.answerer is not None and not self.probabilities:
            yield "--answerer needs --probabilities on"
        if self.engine.answerer is not None and len(self.tasks) > 1:
            yield f"--answerer answers one task, and {', '.join(self.tasks)} are asked; run them one by one"
        if self.engine.heads not in get_args(HeadsChoice):
            yield f"--heads {self.engine.heads!r} is neither 'built-in' nor 'none'"

    def style(self, task: str) -> Style:
        """The style of a task's template: the one that is named, else 'compact' with an adapter and 'full' without."""
        return self.prompt.style or ("compact" if self.engine.adapter(task) else "full")

    def frozen(self) -> dict[str, Any]:
        """The flat form for run.json: everything but `limit`, which may grow when a run is continued, `force`, and
        `heads` and `answerer`, of which it holds the digests."""
        flat = {"tasks": self.tasks, **{name: self._option(name) for name in OPTION_NAMES}}
        del flat["limit"], flat["force"], flat["heads"], flat["answerer"], flat["calibrations"]
        if self.calibrations:
            flat["calibrations"] = [file_digest(Path(name)) for name in self.calibrations]
        # Older runs know nothing of these.
        if self.max_error is None:
            del flat["max_error"]
        if self.prompt.presidio:
            flat["presidio"] = presidio_version()
        else:
            del flat["presidio"]
        data: dict[str, Any] = json.loads(json.dumps({**flat, "decoding": asdict(self.decoding)}, default=str))
        return data

    def _option(self, name: str) -> Any:  # noqa: ANN401 - of any option
        part, attribute = _place(name)
        return getattr(getattr(self, part) if part else self, attribute)


class FlatOptions(TypedDict, total=False):
    """Every option of a run but its tasks, by the name that `fewsight.run` and run.json know it by."""

    engine: str
    model: str
    adapters: Mapping[str, str]
    heads: HeadsChoice
    answerer: str | None
    shots: int
    selector: SelectorKind
    similarity: Similarity
    shot_order: ShotOrder
    pool: str | None
    as_of: datetime | None
    limit: int | None
    probabilities: bool
    language: LanguageChoice
    style: Style | None
    order: Order | None
    mask: bool
    presidio: bool
    seed: int
    history_tokens: int
    decoding: Decoding
    base_url: str | None
    dtype: str
    force: bool
    calibrations: tuple[str, ...]
    max_error: float | None


OPTION_NAMES: Final = tuple(FlatOptions.__annotations__)
_PARTS: Final = {
    "prompt": frozenset(one.name for one in fields(PromptOptions)),
    "engine": frozenset(one.name for one in fields(EngineOptions)),
}


def _place(name: str) -> tuple[str, str]:
    """The part of `RunOptions` that holds an option ('' for itself), and the option's name there."""
    if name == "engine":
        return "engine", "name"
    return next((part for part, names in _PARTS.items() if name in names), ""), name


def make_options(tasks: Sequence[str], **given: Unpack[FlatOptions]) -> RunOptions:
    """Options from their flat form; what is not given is left at its default.

    >>> make_options(["intent"], engine="scripted", shots=4).prompt.shots
    4

    Raises:
        ConfigError: an option is not known, or they contradict each other.
    """
    refuse_unknown(given, OPTION_NAMES)
    parts: dict[str, dict[str, Any]] = {"prompt": {}, "engine": {}, "": {}}
    for name, value in given.items():
        part, attribute = _place(name)
        parts[part][attribute] = value
    prompt, engine = PromptOptions(**parts["prompt"]), EngineOptions(**parts["engine"])
    return RunOptions(tuple(tasks), prompt, engine, **parts[""])


def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse names of options that there are not.

    Raises:
        ConfigError: with what may have been meant.
    """
    known = tuple(known)
    if unknown := [name for name in given if name not in known]:
        raise ConfigError(" ".join(f"There is no option {name!r}.{did_you_mean(name, known)}" for name in unknown))
