"""What rules a rung out before it is begun: labels without telling names, and rows of one label."""

from pathlib import Path

from fewsight.errors import InputError
from fewsight.evals.fitting.label_words import require_names
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled import label_counts, read_gold
from fewsight.prompts.task import Task


def why_nameless(task: Task) -> str | None:
    """Why labels of a task can't be told apart by their names; None where they can."""
    try:
        for field in closed_fields(task.output):
            require_names(task, field)
    except InputError as error:
        return str(error)
    return None


def why_uniform(task: Task, train: Path) -> str | None:
    """The field of which all training rows have one label, which no adapter is trained on; None where there is none.

    Raises:
        FewsightError: the rows can't be read.
    """
    counts = label_counts(read_gold(train, task).rows, task)
    for field in closed_fields(task.output):
        count = counts[field.path]
        if len(count) == 1 and len(field.labels) > 1:
            return f"all {count.total():,} training rows have {next(iter(count))!r} in field {field.path!r}"
    return None
