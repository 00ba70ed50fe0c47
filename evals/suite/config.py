"""A suite: what is to be evaluated, read from TOML or from a command's options."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fewsight.digest import digest, file_digest
from fewsight.errors import ConfigError, did_you_mean
from fewsight.evals.arms.base import Arm
from fewsight.evals.arms.context import Defaults
from fewsight.evals.arms.reading import check_names, make_arm
from fewsight.evals.costs.even_points import Prices
from fewsight.evals.metrics.base import comparison
from fewsight.evals.robustness.perturb import PARAPHRASE, check_changes
from fewsight.evals.scores.ordinal import LabelNumbers
from fewsight.serving.models.names import DEFAULT_MODEL
from fewsight.serving.run.options import Similarity

DEFAULT_ARMS: Final = ("majority", "tfidf-lr", "zero-shot", "knn-4")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SuiteTask(_Part):
    """One task of a suite: its name or folder, and its labelled files (.csv, .parquet or .jsonl).

    Without `train` a prompt shows the task's own examples. `calibration` rows fit calibrations and thresholds; they are
    neither learned from nor reported on. `out_of_scope` is the label for 'none of these', where the task names none.
    `paraphrases` is a file of `fewsight paraphrase` over the test rows, for the change of that name.
    """

    task: str
    test: Path
    train: Path | None = None
    calibration: Path | None = None
    slices: tuple[str, ...] = ()
    out_of_scope: str | None = None
    paraphrases: Path | None = None
    score: LabelNumbers | None = None

    @property
    def files(self) -> tuple[Path | None, ...]:
        """All files that it may name."""
        return (self.train, self.calibration, self.test, *([self.paraphrases] if self.paraphrases else ()))


class Suite(_Part):
    """Tasks, arms and options of an evaluation.

    `seeds`: arms that draw training rows or train are repeated with each. `robustness` names changes of the test rows.
    `within` are the points that the cheapest good arm may be worse than others.
    `limit` takes only so many test rows, drawn by the first seed. With `baselines` the classic arms that are not named
    are added where there are rows to learn from.
    """

    title: str = "Evaluation"
    tasks: tuple[SuiteTask, ...]
    arms: tuple[Arm, ...]
    seeds: tuple[int, ...] = (0,)
    model: str = DEFAULT_MODEL
    engine: str = "auto"
    dtype: str = "auto"
    similarity: Similarity = "tfidf"
    history_tokens: int = 1024
    metric: str = "accuracy"
    within: float = Field(1.0, gt=0)
    robustness: tuple[str, ...] = ()
    prices: Prices = Prices()
    limit: int | None = Field(None, ge=1)
    baselines: bool = True

    def all_arms(self) -> list[Arm]:
        """The arms in their order; those that draw anything once for each seed."""
        arms = []
        for arm in self.arms:
            seeds = self.seeds if arm.draws else self.seeds[:1]
            for seed in seeds:
                name = arm.name if seed == self.seeds[0] else f"{arm.name} (seed {seed})"
                arms.append(arm.model_copy(update={"seed": seed, "name": name}))
        return arms

    @property
    def defaults(self) -> Defaults:
        """What it says for all arms."""
        return Defaults(
            model=self.model,
            engine=self.engine,
            dtype=self.dtype,
            similarity=self.similarity,
            history_tokens=self.history_tokens,
            price_per_million=self.prices.per_million_tokens,
            price_per_hour=self.prices.per_hour,
        )

    @property
    def digest(self) -> str:
        """Of all options and of the content of all files, not of where they lie."""
        # Points are a way to read the figures: without them the digest is that of suites from before there were any.
        options = self.model_dump(mode="json", exclude={"tasks", "arms", "within"})
        arms = [arm.identity() for arm in self.arms]
        files = [[t.task, *(file_digest(f) if f else None for f in t.files)] for t in self.tasks]
        return digest([{**options, "arms": arms}, files])


def read_suite(path: Path) -> Suite:
    """Read a suite's TOML; paths in it are taken from its folder.

    Raises:
        ConfigError: the file can't be read, or all that is wrong in it.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"The suite {str(path)!r} can't be read: {error}.") from error
    return make_suite(data, path.parent)


def make_suite(data: Mapping[str, Any], base: Path = Path()) -> Suite:
    """A suite of plain data; paths are taken from the folder `base`.

    Raises:
        ConfigError: all that is wrong.
    """
    unknown = [key for key in data if key not in Suite.model_fields]
    if unknown:
        raise ConfigError(f"A suite has no option {unknown[0]!r}.{did_you_mean(unknown[0], Suite.model_fields)}")
    named, tasks = data.get("arms", DEFAULT_ARMS), data.get("tasks")
    if not isinstance(named, list | tuple) or not named:
        raise ConfigError(f"A suite's arms must be a list such as ['zero-shot', 'knn-4'], and are {named!r}.")
    if not isinstance(tasks, list | tuple) or not tasks:
        raise ConfigError("A suite needs [[tasks]], each with `task` and `test`.")
    arms = [make_arm(arm, base) for arm in named]
    check_names(arms)
    try:
        suite = Suite.model_validate({**data, "arms": arms, "tasks": [_task(one, base) for one in tasks]})
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ConfigError(f"The suite is wrong: {wrong}.") from None
    _check(suite)
    return suite


def _task(given: Any, base: Path) -> Any:  # noqa: ANN401 - any TOML value, checked by the model
    if not isinstance(given, Mapping):
        return given
    options = dict(given)
    for key in ("train", "calibration", "test", "paraphrases"):
        if isinstance(options.get(key), str | Path):
            options[key] = base / options[key]
    if isinstance(options.get("task"), str) and (base / options["task"]).is_dir():
        options["task"] = str(base / options["task"])
    return options


def _check(suite: Suite) -> None:
    files = [file for task in suite.tasks for file in task.files if file]
    problems = [f"there is no file {str(file)!r}" for file in dict.fromkeys(files) if not file.is_file()]
    problems += [problem for arm in suite.arms for problem in arm.problems() if problem not in problems]
    check_changes(suite.robustness)
    comparison(suite.metric)
    learning = [arm.name for arm in suite.arms if arm.needs_rows]
    for task in suite.tasks:
        if PARAPHRASE in suite.robustness and task.paraphrases is None:
            problems.append(f"task {task.task!r} names no file of `paraphrases`, which robustness asks for")
        if task.train is None and learning:
            problems.append(f"task {task.task!r} has no train file for {', '.join(learning)} to learn from")
    if not suite.seeds or len(set(suite.seeds)) < len(suite.seeds):
        problems.append(f"seeds = {list(suite.seeds)} must be different numbers, at least one")
    if problems:
        raise ConfigError("; ".join(problems) + ".")
