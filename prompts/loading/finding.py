"""Find tasks by name: folders of one's own first, then the built-in ones, then those of installed packages.

A folder is looked for in the working directory and in its folder `tasks`; it counts where it holds a task.toml. The
file model.py in it is run, so a task folder deserves the trust that a script gets.
"""

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from fewsight.errors import TaskError, did_you_mean
from fewsight.prompts.labelled.lines import read_lines
from fewsight.prompts.loading.folder import BUILT_IN, read_folder
from fewsight.prompts.task import LANGUAGES, Language, Task

GROUP: Final = "fewsight.tasks"
"""Entry point group under which packages offer a Task, or a function that returns one."""


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """Where a task was found. `origin` is 'yours', 'built in', or the name of the package."""

    name: str
    origin: str
    source: Path | EntryPoint

    def load(self, with_shots: bool = True) -> Task:
        """Read the task; without shots a large pool costs nothing.

        Raises:
            TaskError: everything that is wrong with it.
        """
        if isinstance(self.source, Path):
            return read_folder(self.source, with_shots)
        return _load_entry_point(self.source)

    def shot_counts(self, task: Task) -> dict[Language, int]:
        """How many shots there are in each language, counted without reading them."""
        if not isinstance(self.source, Path):
            return {language: len(task.shots_in(language)) for language in LANGUAGES}
        files = {language: self.source / f"shots.{language}.jsonl" for language in LANGUAGES}
        return {language: sum(1 for _ in read_lines(path)) for language, path in files.items() if path.exists()}


def load_task(name: str | Path) -> Task:
    """Load a task by name, or by the path of its folder.

    Raises:
        TaskError: no such task, or everything that is wrong with its folder.

    >>> load_task("intent").name
    'intent'
    """
    if isinstance(name, Path) or "/" in name or "\\" in name:
        if not (Path(name) / "task.toml").is_file():
            raise TaskError(f"{str(name)!r} is not a task folder: it holds no task.toml. See `fewsight tasks new`.")
        return read_folder(Path(name))
    places = task_places()
    for place in places:
        if place.name == name:
            return place.load()
    known = did_you_mean(name, {place.name for place in places})
    raise TaskError(f"no task {name!r}, looked for in {Path.cwd()}, its folder 'tasks' and the built-in tasks.{known}")


def task_names() -> list[str]:
    """The names that `load_task` knows, sorted."""
    return sorted({place.name for place in task_places()})


def task_places() -> list[TaskPlace]:
    """All tasks in the order in which a name is looked up; of two with one name the first is taken."""
    here = Path.cwd()
    own = [TaskPlace(folder.name, "yours", folder) for folder in (*_folders(here), *_folders(here / "tasks"))]
    built_in = [TaskPlace(folder.name, "built in", folder) for folder in _folders(BUILT_IN)]
    return own + [place for place in built_in if place.source not in {p.source for p in own}] + _installed()


def _folders(parent: Path) -> list[Path]:
    return sorted(path.parent for path in parent.glob("[!.]*/task.toml") if path.is_file())


def _installed() -> list[TaskPlace]:
    points = sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))
    return [TaskPlace(point.name, point.dist.name if point.dist else point.module, point) for point in points]


def _load_entry_point(point: EntryPoint) -> Task:
    where = f"task {point.name!r} of the installed {point.value!r}"
    try:
        target = point.load()
        task = target() if callable(target) else target
    except Exception as error:
        raise TaskError(f"{where} can't be loaded ({type(error).__name__}: {error}); update or remove it") from error
    if not isinstance(task, Task):
        raise TaskError(f"{where} is {task!r}; it must be a Task or a function that returns one")
    return task
