"""The labelled rows of a suite's task."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from fewsight.digest import file_digest
from fewsight.errors import ConfigError, InputError, did_you_mean
from fewsight.evals.scores.ordinal import LabelNumbers, check_score, expected_numbers, given_numbers
from fewsight.evals.scores.scope import scope_label
from fewsight.evals.scores.slicing import slice_values
from fewsight.evals.suite.config import SuiteTask
from fewsight.evals.suite.leaks import find_leaks
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled import GoldFile, GoldRow, read_gold
from fewsight.prompts.labelled.paraphrases import read_paraphrases
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import Task


@dataclass(frozen=True)
class TaskData:
    """A task with its rows; `left_out` counts rows that can't be used by file and reason."""

    task: Task
    train: tuple[GoldRow, ...]
    calibration: tuple[GoldRow, ...]
    test: tuple[GoldRow, ...]
    test_digest: str
    left_out: dict[str, int]
    notes: tuple[str, ...]
    repeated: frozenset[str] = frozenset()
    slices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    score: LabelNumbers | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    out_of_scope: str | None = None
    paraphrases: Mapping[str, str] = field(default_factory=dict)

    @property
    def unlearnt(self) -> frozenset[str]:
        """Closed fields that test or calibration rows give, and no training row does."""
        closed = {one.path for one in closed_fields(self.task.output)}
        asked = {path for row in (*self.test, *self.calibration) for path in row.values}
        return frozenset(closed & asked - {path for row in self.train for path in row.values})


def load_data(suite_task: SuiteTask, limit: int | None, seed: int) -> TaskData:
    """Read all files of a task; `limit` draws so many test rows.

    Raises:
        FewsightError: a file can't be read, or has no usable row.
    """
    task = load_task(suite_task.task)
    if not closed_fields(task.output):
        raise InputError(f"Task {task.name!r} has no closed field, so there is nothing to score.")
    named = {"train": suite_task.train, "calibration": suite_task.calibration, "test": suite_task.test}
    files = {
        name: read_gold(path, task, keep_repeated=name == "test") for name, path in named.items() if path is not None
    }
    rows = {name: tuple(file.rows) for name, file in files.items()}
    if not rows["test"]:
        raise InputError(f"{str(suite_task.test)!r} has no usable row to test on.{_why(files['test'])}")
    notes = [
        f"{file.name}: {file.contradicting:,} rows have a text that has another label elsewhere"
        for file in files.values()
        if file.contradicting
    ]
    test = rows["test"]
    if limit is not None and limit < len(test):
        test = tuple(sorted(Random(f"test {seed}").sample(test, limit), key=lambda row: row.line))  # noqa: S311
        notes.append(f"{limit:,} of {len(rows['test']):,} test rows were drawn")
    score = suite_task.score or expected_numbers(task)
    leaks = find_leaks({name: rows.get(name, ()) for name in named} | {"test": test})
    return TaskData(
        task=task,
        train=_apart("train", rows.get("train", ())),
        calibration=tuple(row for row in rows.get("calibration", ()) if row.id not in leaks.learned),
        test=test,
        test_digest=file_digest(suite_task.test),
        left_out=_left_out(files.items()),
        notes=(*notes, *leaks.warnings),
        repeated=leaks.repeated,
        slices={column: _sliced(test, column) for column in suite_task.slices},
        score=score,
        numbers=_numbers(score, suite_task, task, test),
        paraphrases=read_paraphrases(suite_task.paraphrases)[0] if suite_task.paraphrases else {},
        out_of_scope=scope_label(task, suite_task.out_of_scope, closed_fields(task.output)[0].labels),
    )


def _sliced(test: Sequence[GoldRow], column: str) -> dict[str, str]:
    return {row.id: value for row, value in zip(test, slice_values(test, column), strict=True)}


def _numbers(
    score: LabelNumbers | None, suite_task: SuiteTask, task: Task, test: Iterable[GoldRow]
) -> dict[str, float]:
    """The given number of each test row, where a field's labels stand for numbers."""
    if score is None:
        return {}
    known = {closed.path: closed.labels for closed in closed_fields(task.output)}
    if score.field not in known:
        raise ConfigError(
            f"score.field = {score.field!r} is no closed field of {task.name!r}.{did_you_mean(score.field, known)}"
        )
    check_score(score, known[score.field])
    if score.column is not None:
        by_line = given_numbers(suite_task.test, score.column)
        return {row.id: by_line[row.line] for row in test if row.line in by_line}
    return {row.id: score.values[str(row.values[score.field])] for row in test if score.field in row.values}


def _apart(name: str, rows: tuple[GoldRow, ...]) -> tuple[GoldRow, ...]:
    """Ids that can't be those of test rows: tables number their rows alike."""
    return tuple(replace(row, id=f"{name}-{row.id}") for row in rows)


def _left_out(files: Iterable[tuple[str, GoldFile]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, file in files:
        for _, reason in file.left_out:
            key = f"{name}: {reason}"
            counts[key] = counts.get(key, 0) + 1
        if file.repeated and name != "test":
            counts[f"{name}: repeats another row"] = file.repeated
    return counts


def _why(file: GoldFile) -> str:
    return f" Line {file.left_out[0][0]}: {file.left_out[0][1]}." if file.left_out else ""
