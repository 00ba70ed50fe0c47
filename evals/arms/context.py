"""What all arms of a task share."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fewsight.answers import nest
from fewsight.events import history_record
from fewsight.files import replacing
from fewsight.notices import Progress, Silent
from fewsight.prompts.answer.fields import field_paths
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.serving.run.options import Similarity


@dataclass(frozen=True)
class Defaults:
    """What the suite says for all arms."""

    model: str
    engine: str
    dtype: str
    similarity: Similarity
    history_tokens: int
    price_per_million: float | None
    price_per_hour: float | None


@dataclass(frozen=True)
class Context:
    """A task with its training rows, and where arms of it keep their ledgers and adapters (`folder`)."""

    task: Task
    train: tuple[GoldRow, ...]
    folder: Path
    defaults: Defaults
    progress: Progress = field(default_factory=Silent)


def write_rows(rows: Iterable[GoldRow], path: Path) -> None:
    """Labelled rows as JSON lines that serve as a pool of shots and as a training file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for row in rows:
            data = history_record(row.history)
            if row.customer_id is None:
                del data["customer_id"]
            file.write(json.dumps({"id": row.id, **data, "answer": nest(row.values)}, ensure_ascii=False) + "\n")


def whole_rows(rows: Sequence[GoldRow], task: Task) -> list[GoldRow]:
    """The rows that give all fields, as a shot must."""
    needed = set(field_paths(task.output))
    return [row for row in rows if needed <= set(row.values)]
