"""The rows that heads learn from and are chosen on, and what the built-in adapter says of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from fewsight.digest import file_digest
from fewsight.events import CustomerHistory
from fewsight.finetune.gate.scoring import believe
from fewsight.finetune.recipes.written import author_file, write_lines, written_rows
from fewsight.prompts.labelled import GoldRow, read_gold
from fewsight.prompts.task import Task
from fewsight.serving.engines.base import Engine
from fewsight.serving.run.session import Session
from fewsight.shop import generate
from fewsight.shop.labels import labelled_row
from fewsight.tables import Counts

SEED: Final = 20_000
SHOP_CUSTOMERS: Final = 400
SHOP: Final = "sample_shop"
PARTS: Final = ("-cut", "-text")
"""Ends of the ids of rows that are part of another one."""

BATCH: Final = 32


@dataclass(frozen=True)
class NoHistories:
    """The input of a session that is only asked about labelled rows, each known up to a moment of its own."""

    newest: None = None
    digest: str = ""
    counts: Counts = field(default_factory=Counts)

    def __iter__(self) -> Iterator[CustomerHistory]:
        """None."""
        return iter(())


@dataclass(frozen=True)
class Example:
    """A labelled row, masked as it is served. `source` is its author's file, or the sample shop."""

    id: str
    source: str
    history: CustomerHistory
    values: Mapping[str, Any]

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole customer, and not a part of one."""
        return not self.id.endswith(PARTS)


def examples(session: Session, task: Task, data: Path | None, authors: Sequence[str], folder: Path) -> list[Example]:
    """Masked rows of some authors for a task; the rows as files are written to `folder`.

    Raises:
        InputError, TaskError: a file is missing, or is not as `written` says.
    """
    rows: list[Example] = []
    for author in authors:
        rows += _read(session, task, author, written_rows(author_file(data, author), task.name), folder)
    return rows


def shop_examples(session: Session, task: Task, folder: Path) -> list[Example]:
    """Masked customers of the sample shop for a task."""
    drawn = generate(SHOP_CUSTOMERS, seed=SEED, split="train", events=(2, 9), silence=500, first=1_000_000)
    lines = (line for customer in drawn if (line := labelled_row(customer, task.name)))
    return _read(session, task, SHOP, lines, folder)


def rows_digest(data: Path | None, authors: Sequence[str]) -> dict[str, str]:
    """The digests of the authors' files."""
    return {author: file_digest(author_file(data, author)) for author in authors}


def _read(session: Session, task: Task, source: str, lines: Iterator[str], folder: Path) -> list[Example]:
    path = write_lines(folder / f"{source}.{task.name}.jsonl", lines)
    gold: list[GoldRow] = read_gold(path, task, keep_repeated=True).rows
    return [Example(row.id, source, session.preparer.mask(row.history).history, dict(row.values)) for row in gold]


class AdapterShares:
    """The adapter's label probabilities, kept in a file by author, task and adapter, so that they are computed once.

    Args:
        session: of a run with the adapter and without heads.
        folder: where the files are.
    """

    def __init__(self, session: Session, folder: Path) -> None:
        (self._group,) = session.groups()
        self._session, self._folder = session, folder
        self._engine: Engine | None = None

    def of(self, task: Task, author: str, rows: Sequence[Example]) -> list[dict[str, dict[str, float]]]:
        """By field and label, for each row.

        Raises:
            EngineError: a row can't be scored.
        """
        path = self._folder / f"{author}.{task.name}.{str(self._group.adapter_digest)[:12]}.jsonl"
        known = _known(path)
        left = iter([row for row in rows if row.id not in known])
        while some := list(islice(left, BATCH)):
            new = dict(zip((row.id for row in some), self._ask(task, some), strict=True))
            with path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps({"id": name, "shares": shares}) + "\n" for name, shares in new.items())
            known |= new
        return [known[row.id] for row in rows]

    def close(self) -> None:
        """Free the model, where it was loaded."""
        if self._engine is not None:
            self._engine.close()

    def _ask(self, task: Task, rows: Sequence[Example]) -> list[dict[str, dict[str, float]]]:
        self._engine = self._engine or self._group.start()
        preparer, adapter = self._session.preparer, self._session.options.engine.adapter(task.name)
        order = self._session.options.prompt.order or "shots-first"
        items = preparer.items([row.history for row in rows], order, [task.name])
        form = preparer.forms[task.name]
        beliefs = believe(self._engine, items, form, adapter=adapter, at_once=BATCH)
        paths = [field.path for field in form.closed]
        return [dict(zip(paths, belief.probabilities, strict=True)) for belief in beliefs]


def _known(path: Path) -> dict[str, dict[str, dict[str, float]]]:
    if not path.is_file():
        return {}
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: row["shares"] for row in rows}
