"""Find tasks by name: folders of one's own first, then the built-in ones, then those of installed packages.

A folder is looked for in the working directory and in its folder `tasks`; it counts where it holds a task.toml. The
file model.py in it is run when the task is named, and only then: a task folder deserves the trust that a script gets.
"""

import logging
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from fewsight.errors import TaskError, did_you_mean
from fewsight.prompts.loading.folder import BUILT_IN, read_folder
from fewsight.prompts.task import Task

_log = logging.getLogger(__name__)

GROUP: Final = "fewsight.tasks"
"""Entry point group under which packages offer a Task, or a function that returns one."""


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """Where a task was found. `origin` is 'yours', 'built in', or the name of the package."""

    name: str
    origin: str
    source: Path | EntryPoint

    def load(self) -> Task:
        """Read the task, and run its code.

        Raises:
            TaskError: everything that is wrong with it.
        """
        if isinstance(self.source, Path):
            return read_folder(self.source)
        return _load_entry_point(self.source)


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
    same = [place for place in places if place.name == name]
    if len(same) > 1:
        _log.warning(
            "task %r is the one in %s here, and hides the one that is %s; name the folder you mean by its path",
            name,
            str(same[0].source),
            " and the one of ".join(place.origin for place in same[1:]),
        )
    if same:
        return same[0].load()
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
