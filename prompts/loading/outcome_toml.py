"""What task.toml says about the future that a task asks about."""

from typing import Any

from fewsight.errors import ConfigError
from fewsight.outcomes import TaskOutcome, outcome_of_table
from fewsight.outcomes.outcome import NO, YES
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.problems import Problems


def read_task_outcome(
    value: Any,  # noqa: ANN401 - any TOML
    closed: tuple[ClosedField, ...],
    problems: Problems,
) -> TaskOutcome | None:
    """The outcome, and where it is a number the `expected` one of each label of the first field."""
    if value is None:
        return None
    table = dict(value) if isinstance(value, dict) else value
    expected = table.pop("expected", {}) if isinstance(table, dict) else {}
    try:
        outcome = outcome_of_table(table, "task.toml")
    except ConfigError as error:
        problems.add("task.toml", str(error))
        return None
    labels = set(closed[0].labels) if closed else set()
    wanted = labels if outcome.is_number else set()
    if not outcome.is_number and labels != {YES, NO}:
        problems.add("task.toml", f"[outcome] is a yes or no, and the first field has the labels {sorted(labels)}")
    if not isinstance(expected, dict) or set(expected) != wanted:
        problems.add("task.toml", f"outcome.expected is {expected!r}; write a number for each of {sorted(wanted)}")
        return None
    if wrong := [label for label, number in expected.items() if not _is_number(number)]:
        problems.add("task.toml", f"outcome.expected has {expected[wrong[0]]!r} for {wrong[0]!r}; write a number")
        return None
    return TaskOutcome(outcome, {label: float(number) for label, number in expected.items()})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
