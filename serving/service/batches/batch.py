"""One batch: a folder with what was uploaded, and the run that answers it."""

import json
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from fewsight.errors import LedgerError
from fewsight.files import write_text
from fewsight.insight import Insight
from fewsight.ledger import Ledger, count_results, recorded
from fewsight.masking import PSEUDONYMS, PseudonymFile, with_own_id
from fewsight.serving.service.schemas import BatchOut, BatchState

INPUT: Final = "input.jsonl"
FINAL: Final = ("done", "failed")

_FILE: Final = "batch.json"
_KEPT: Final = ("id", "owner", "key", "tasks", "made", "state", "error", "customers")


@dataclass(eq=False)
class Batch:
    """A batch. Its file says what it is; its ledger says how far it is, so that a killed server goes on from there.

    `owner` is the name of the token that it was sent with, `key` what its caller calls it.
    """

    folder: Path
    id: str
    owner: str
    key: str | None
    tasks: Sequence[str]
    made: str
    state: BatchState = "queued"
    error: str | None = None
    customers: int | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    is_deleted: bool = False

    @classmethod
    def new(cls, folder: Path, owner: str, key: str | None, tasks: Sequence[str]) -> Self:
        """A batch without a file yet: it does not exist before `save`."""
        made = datetime.now(UTC)
        name = f"{made:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        return cls(folder / name, name, owner, key, tuple(tasks), made.isoformat())

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The batch of a folder; None where its upload never ended. What was running is queued again."""
        try:
            facts = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        batch = cls(folder, **{name: facts[name] for name in _KEPT})
        batch.state = batch.state if batch.state in FINAL else "queued"
        return batch

    def save(self) -> None:
        """Write its file, in one step.

        Raises:
            OSError: the disk is full.
        """
        write_text(self.folder / _FILE, json.dumps({name: getattr(self, name) for name in _KEPT}))

    def told(self) -> BatchOut:
        """What its caller is told of it."""
        with ExitStack() as stack:
            ledger = _ledger(self.folder, stack)
            insights = count_results(ledger) if ledger else 0
        return BatchOut(
            id=self.id,
            state=self.state,
            tasks=list(self.tasks),
            made=datetime.fromisoformat(self.made),
            customers=self.customers,
            insights=insights,
            error=self.error,
        )

    def recorded(self, after: int, most: int) -> list[tuple[int, Insight]]:
        """Insights in the order in which they were recorded, each with its number, from the one after `after` on."""
        return list(self._recorded(after, most))

    def _recorded(self, after: int, most: int) -> Iterator[tuple[int, Insight]]:
        with ExitStack() as stack:
            ledger = _ledger(self.folder, stack)
            path = self.folder / PSEUDONYMS
            file = stack.enter_context(PseudonymFile(path)) if path.exists() else None
            for number, insight in recorded(ledger, after, most) if ledger else ():
                yield number, with_own_id(insight, file) if file else insight


def _ledger(folder: Path, stack: ExitStack) -> Ledger | None:
    """The ledger of a batch; None before it has one."""
    try:
        return stack.enter_context(Ledger.open(folder, read_only=True))
    except LedgerError:
        if (folder / "run.json").exists():
            raise
        return None
