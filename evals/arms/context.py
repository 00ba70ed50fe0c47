"""What all arms of a task share."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fewsight.answers import nest
from fewsight.digest import digest
from fewsight.evals.arms.spec import ArmSpec
from fewsight.events import history_record
from fewsight.files import replacing
from fewsight.prompts.answer.fields import field_paths
from fewsight.prompts.labelled import GoldRow, read_gold
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
    say: Callable[[str], None]

    def rows_for(self, spec: ArmSpec) -> tuple[GoldRow, ...]:
        """The rows that an arm may learn from or show.

        A number of labels means the first rows in an order that the seed draws, so that more labels hold fewer ones.
        """
        rows = self.train if spec.train is None else tuple(read_gold(spec.train, self.task).rows)
        if spec.labels is None or spec.labels >= len(rows):
            return rows
        mixed = list(rows)
        Random(f"labels {spec.seed}").shuffle(mixed)  # noqa: S311 - reproducible, no secret
        return tuple(mixed[: spec.labels])

    def place(self, spec: ArmSpec) -> Path:
        """The arm's own folder; a change of the arm gives another one."""
        told = spec.model_dump(mode="json", exclude={"name", "price_per_million"})
        safe = "".join(c if c.isalnum() or c in "-_.+@" else "-" for c in spec.name)[:60]
        return self.folder / self.task.name / f"{safe}-{digest(told)[:8]}"


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
