"""Read a task folder: task.toml, model.py, templates and shots. All problems of a folder are reported at once."""

import hashlib
import importlib.util
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from pydantic import BaseModel

from fewsight.errors import TaskError
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.answer.model_check import model_problems
from fewsight.prompts.answer.several import asked_labels, asked_paths
from fewsight.prompts.labelled.lines import ShotError, read_lines
from fewsight.prompts.labelled.shots import parse_line
from fewsight.prompts.loading.label_doubts import warn_of_labels
from fewsight.prompts.loading.labelling import labelling_output, labelling_templates
from fewsight.prompts.loading.outcome_toml import read_task_outcome
from fewsight.prompts.loading.task_toml import (
    check_names,
    read_columns,
    read_descriptions,
    read_none_of_these,
    read_toml,
    read_word,
)
from fewsight.prompts.loading.template_check import template_problems
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import LANGUAGES, STYLES, Language, Shot, Style, Task

BUILT_IN: Final = Path(__file__).parents[1] / "tasks"
"""The folder of the built-in tasks."""

_TEMPLATE: Final = re.compile(r"(full|compact)\.(en|zh)\.v([0-9]+)\.jinja")


def read_folder(folder: Path, with_shots: bool = True) -> Task:
    """The task of a folder that holds task.toml.

    `model.py` is the task author's code and is run. Of each template the newest version that is not above the task's
    own is taken; a language without a `compact` template uses its `full` one.

    Raises:
        TaskError: everything that is wrong with the folder, by file and line.
    """
    problems = Problems(f"Task folder {str(folder)!r}")
    facts = read_toml(folder / "task.toml", problems)
    if facts is None:
        problems.raise_any()
    assert facts is not None
    words = {key: read_word(facts, key, problems) for key in ("name", "version", "title")}
    check_names(words, folder, problems)
    output = _read_output(folder, facts, problems)
    shots: list[Shot] = []
    descriptions: dict[Language, dict[str, dict[str, str]]] = {}
    none_of_these = columns = outcome = None
    if output is not None:
        wrong = model_problems(output)
        for problem in wrong:
            problems.add("model.py", problem)
        descriptions = read_descriptions(facts.get("descriptions", {}), asked_labels(output), problems)
        none_of_these = read_none_of_these(facts.get("none_of_these"), closed_fields(output), problems)
        columns = read_columns(facts.get("columns"), asked_paths(output), problems)
        outcome = read_task_outcome(facts.get("outcome"), closed_fields(output), problems)
        shots = _read_shots(folder, output, problems) if with_shots and not wrong else []
    templates = _read_templates(folder, words["version"], facts.get("labelling"), problems)
    problems.raise_any()
    assert output is not None
    if folder.parent != BUILT_IN:
        meant = [none_of_these.label] if none_of_these else []
        meant += ["null" for field in closed_fields(output) if None in field.values]
        warn_of_labels(words["name"], asked_labels(output), meant)
    return Task(
        words["name"],
        words["version"],
        words["title"],
        output,
        templates,
        descriptions,
        tuple(shots),
        none_of_these,
        folder,
        columns,
        outcome,
    )


def _read_output(folder: Path, facts: Mapping[str, Any], problems: Problems) -> type[BaseModel] | None:
    path = folder / "model.py"
    try:
        if "labelling" in facts:
            if path.exists():
                problems.add("model.py", "a labelling task has none; remove it, or [labelling] from task.toml")
            return labelling_output(facts["labelling"])
        output = getattr(_import(path), "Output", None)
        if not (isinstance(output, type) and issubclass(output, BaseModel)):
            raise TaskError(f"Output is {output!r}; define `class Output(pydantic.BaseModel)`")
        if not output.model_fields:
            raise TaskError("Output has no fields; give it at least one")
        closed_fields(output)  # a model that holds itself has no end
    except FileNotFoundError:
        problems.add("model.py", "is missing; write `class Output(BaseModel)`, or [labelling] in task.toml")
    except TaskError as error:
        problems.add("task.toml" if "labelling" in facts else "model.py", error)
    except SystemExit:
        problems.add("model.py", "ends the program; a module that is imported must not")
    except Exception as error:  # the author's code may raise anything
        problems.add("model.py", f"{type(error).__name__}: {error}{_line_of(error, path)}")
    else:
        return output
    return None


def _import(path: Path) -> ModuleType:
    """Run a model.py under a module name of its own; an unchanged file is run once in a process."""
    if path.parent.parent == BUILT_IN:
        return importlib.import_module(f"fewsight.prompts.tasks.{path.parent.name}.model")
    key = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape") + path.read_bytes()).hexdigest()
    name = f"fewsight_task_{key[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _line_of(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError):
        return ""  # says its line itself
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f" (line {line})" if line else ""


def _read_templates(
    folder: Path, version: str, labelling: Mapping[str, Any] | None, problems: Problems
) -> dict[tuple[Language, Style], str]:
    newest: dict[tuple[Language, Style], tuple[int, Path]] = {}
    limit = int(version[1:]) if version[1:].isdigit() else 0
    for path in sorted(folder.glob("*.jinja")):
        if match := _TEMPLATE.fullmatch(path.name):
            style, language, number = match.groups()
            key: tuple[Language, Style] = (language, style)  # type: ignore[assignment] # the pattern allows no others
            if int(number) <= limit:
                newest[key] = max(newest.get(key, (-1, path)), (int(number), path))
    sources = {} if labelling is None else labelling_templates(labelling.get("several") is True)
    for key, (_, path) in newest.items():
        try:
            sources[key] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.add(path.name, f"can't be read: {error}")
            continue
        for problem in template_problems(sources[key]):
            problems.add(path.name, problem)
    for language in LANGUAGES:
        if (language, "full") in sources:
            sources.setdefault((language, "compact"), sources[language, "full"])
        elif (language, "compact") in sources or (language == "en" and not sources):
            problems.add(f"full.{language}.{version}.jinja", "is missing; every language needs a full template")
    return {
        (language, style): sources[language, style]
        for language in LANGUAGES
        for style in STYLES
        if (language, style) in sources
    }


def _read_shots(folder: Path, output: type[BaseModel], problems: Problems) -> list[Shot]:
    shots: list[Shot] = []
    seen: dict[str, str] = {}
    for language in LANGUAGES:
        path = folder / f"shots.{language}.jsonl"
        if not path.exists():
            continue
        for number, line in read_lines(path):
            where = f"{path.name} line {number}"
            try:
                shot = parse_line(line, output, language)
            except ShotError as error:
                problems.add(where, error)
                continue
            if shot.id in seen:
                problems.add(where, f"id {shot.id!r} is also in {seen[shot.id]}; give each shot its own")
            seen[shot.id] = where
            shots.append(shot)
    return shots
