"""What can be told of a task before anyone named it: its task.toml is read, and no code of its folder is run."""

import ast
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from fewsight.prompts.answer.fields import open_fields
from fewsight.prompts.answer.several import asked_labels
from fewsight.prompts.labelled.lines import read_lines
from fewsight.prompts.loading.finding import TaskPlace
from fewsight.prompts.loading.folder import BUILT_IN, read_folder
from fewsight.prompts.loading.labelling import labelling_output
from fewsight.prompts.loading.task_toml import check_names, read_toml, read_word
from fewsight.prompts.problems import Problems
from fewsight.prompts.task import LANGUAGES


def describe(place: TaskPlace) -> list[str]:
    """Lines about a task: version, origin and title; fields; shots.

    Raises:
        TaskError: what is wrong with its task.toml, or with model.py as text.
    """
    if not isinstance(place.source, Path):
        return [f"{place.name}  {place.origin}", "    comes with a package, which is loaded when this task is named"]
    problems = Problems(f"Task folder {str(place.source)!r}")
    facts = read_toml(place.source / "task.toml", problems) or {}
    words = {key: read_word(facts, key, problems) for key in ("name", "version", "title")} if facts else {}
    if words:
        check_names(words, place.source, problems)
    problems.raise_any()
    if "labelling" in facts:
        fields = _fields(labelling_output(facts["labelling"]))
    elif place.source.parent == BUILT_IN:
        fields = _fields(read_folder(place.source, with_shots=False).output)
    else:
        fields = ", ".join(_names(place.source / "model.py", problems))
        problems.raise_any()
    shots = ", ".join(_shots(place.source)) or "none"
    title = f"{place.name}  {words['version']}  {place.origin}  {words['title']}"
    return [title, f"    fields: {fields}", f"    shots: {shots}"]


def _fields(output: type[BaseModel]) -> str:
    closed = [f"{path} ({len(labels)} labels)" for path, labels in asked_labels(output).items()]
    return ", ".join([*closed, *(field.path for field in open_fields(output))])


def _names(path: Path, problems: Problems) -> list[str]:
    """The fields that model.py declares for Output, read as text."""
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except OSError as error:
        problems.add(path.name, f"can't be read ({error.strerror}); write `class Output(BaseModel)` in it")
    except (SyntaxError, ValueError, RecursionError) as error:
        problems.add(path.name, f"not Python: {error}")
    else:
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name == "Output":
                return [
                    line.target.id
                    for line in node.body
                    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
                ]
    return []


def _shots(folder: Path) -> Iterator[str]:
    for language in LANGUAGES:
        path = folder / f"shots.{language}.jsonl"
        if path.exists():
            yield f"{sum(1 for _ in read_lines(path)):,} {language}"
