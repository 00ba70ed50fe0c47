"""What must not change between two looks: the question, and what the table's columns mean."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from fewsight.agents.watch.state import State
from fewsight.errors import InputError, MappingError
from fewsight.prompts.task import Task
from fewsight.tables import ColumnMapping, Histories

_NOT_MEANING: Final = ("guessed", "notes", "reasons")
TASK, MAPPING = "task", "mapping"


def check_task(state: State, task: Task) -> None:
    """Refuse another question than the state's.

    Raises:
        InputError: it is another.
    """
    before, now = state.setting(TASK), {"name": task.name, "digest": task.digest}
    if before is not None and before != now:
        raise InputError(
            f"The state in {str(state.path.parent)!r} is of task {before['name']!r} ({before['digest'][:12]}), and "
            f"this is {task.name!r} ({task.digest[:12]}): another question. Name another --state for it."
        )
    state.keep(task=now)


def meaning(histories: Histories) -> dict[str, Any]:
    """What each table's columns mean, as plain JSON."""
    tables: Mapping[str, ColumnMapping] = histories.mappings or {"": histories.mapping}
    return {
        name: {part: _plain(value) for part, value in asdict(mapping).items() if part not in _NOT_MEANING}
        for name, mapping in tables.items()
    }


def check_mapping(state: State, histories: Histories, *, accept: bool) -> None:
    """Refuse tables whose columns are taken for something else than at the look before; `accept` takes them over.

    Words that the table did not have before may come to be mapped.

    Raises:
        MappingError: with everything that differs.
    """
    before, now = state.setting(MAPPING), meaning(histories)
    if before is not None and not accept and (changes := list(_changes(before, now))):
        raise MappingError(
            "The tables are understood in another way than at the look before, so that risks could not be compared:"
            + "".join(f"\n  - {one}" for one in changes)
            + "\nName the columns as before in a mapping (--mapping), or take the new ones over with --accept-mapping."
        )
    state.keep(mapping=now)


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    lines = []
    for table in sorted({*before, *now}):
        where = f"table {table!r}: " if table else ""
        if table not in now or table not in before:
            lines.append(f"{where}{'is there no more' if table not in now else 'is new'}")
            continue
        for part in sorted({*before[table], *now[table]}):
            old, new = before[table].get(part), now[table].get(part)
            if part in ("kinds", "authors"):
                new = {word: value for word, value in (new or {}).items() if word in (old or {})}
            if old != new:
                lines.append(f"{where}{part}: {old!r} -> {new!r}")
    return lines


def _plain(value: Any) -> Any:  # noqa: ANN401 - of a mapping
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in sorted(value.items())}
    return [*map(_plain, value)] if isinstance(value, tuple | list) else value
