"""What the probabilities of a task depend on in a session: a calibration holds for exactly that."""

from dataclasses import asdict, replace

from fewsight.calibration import Circumstances
from fewsight.digest import digest
from fewsight.events import history_record
from fewsight.prompts.task import Task
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.session import Session


def circumstances(session: Session, task: Task) -> Circumstances:
    """Those of one task of the session.

    `template` is a digest of the task's templates in the style in use, label descriptions, output and masking; `shots`
    says how examples are chosen, with a digest of what they say (not of their ids or customers).
    """
    options = session.options
    group = next(group for group in session.groups() if task.name in group.tasks)
    style = options.style or ("compact" if options.adapter(task.name) else "full")
    templates = sorted((language, source) for (language, kind), source in task.templates.items() if kind == style)
    none = asdict(task.none_of_these) if task.none_of_these else None
    shown = [task.output.model_json_schema(), task.descriptions, templates, none, options.mask, options.history_tokens]
    return Circumstances(
        task=task.name,
        task_version=task.version,
        template=digest([style, options.language, shown]),
        shots=_shots(options, task),
        model=session.model.digest,
        adapter=group.adapter_digest,
        engine=session.engine.name,
        dtype=options.dtype,
    )


def _shots(options: RunOptions, task: Task) -> str:
    if not options.shots:
        return "none"
    said = [
        digest([history_record(replace(shot.history, customer_id="")), shot.language, dict(shot.answer)])
        for shot in task.shots
    ]
    how = [
        options.selector,
        options.similarity,
        options.shot_order,
        options.seed if options.selector == "random" else 0,
    ]
    return f"{options.selector}-{options.shots} {digest([how, sorted(said)])[:16]}"
