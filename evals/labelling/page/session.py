"""Who labels what: which row a tab gets next, what it answers, and what it takes back."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from fewsight.errors import InputError
from fewsight.evals.labelling.labels_file import LabelsFile
from fewsight.evals.labelling.likely import Suggest, no_suggestions
from fewsight.evals.labelling.page.posted import OPEN, Posted
from fewsight.evals.labelling.page.questions import Questions
from fewsight.evals.labelling.page.shown import shown_history
from fewsight.evals.labelling.rows import NOTE, row_record
from fewsight.events import CustomerHistory
from fewsight.masking import Pseudonymizer

HELD: Final = 600.0
"""Seconds for which a row that a tab shows is offered to no other."""


class RowSource(Protocol):
    """Gives a customer's history, as known at the moment that is asked about."""

    def __call__(self, row_id: str, /) -> CustomerHistory:
        """The history as the input has it."""


@dataclass
class Tab:
    """One page in a browser: the row that it shows, since when, what it skipped, and what it labelled, oldest first."""

    shows: int | None = None
    since: float = 0.0
    skipped: list[int] = field(default_factory=list)
    labelled: list[int] = field(default_factory=list)


class LabelSession:
    """Rows to label in their order. Rows go by their place in it, so that a page holds no customer's id.

    It is called by several threads at once. What `file` holds when it begins counts as labelled.

    Args:
        questions: of the task.
        ids: rows to label, in the order in which they are offered.
        histories: gives a row.
        file: where labels go.
        suggest: how likely labels are.
        by: who labels; noted in each row.
        mask: whether the page shows pseudonyms in the place of identifiers.
        has_customers: whether ids name customers, and are not just numbers of rows.
    """

    def __init__(
        self,
        questions: Questions,
        ids: Sequence[str],
        histories: RowSource,
        file: LabelsFile,
        suggest: Suggest = no_suggestions,
        *,
        by: str,
        mask: bool = True,
        has_customers: bool = True,
    ) -> None:
        self.questions = questions
        self._ids, self._places = list(ids), {name: place for place, name in enumerate(ids)}
        self._histories, self._file, self._suggest = histories, file, suggest
        self._by, self._mask, self._has_customers = by, mask, has_customers
        self._tabs: dict[str, Tab] = {}
        self._lock = threading.Lock()

    @property
    def progress(self) -> dict[str, int]:
        """How many rows there are, how many of them have an answer, and in how many of those some field is open."""
        rows = [row for name, row in self._file.rows.items() if name in self._places]
        left_open = sum(any(row.get(NOTE, {}).get(how) for how in OPEN) for row in rows)
        return {"rows": len(self._ids), "labelled": len(rows), "open": left_open}

    def start(self) -> dict[str, Any]:
        """What a page needs to know once."""
        task = self.questions.task
        return {"task": task.name, "title": task.title, **self.questions.described(), "progress": self.progress}

    def next(self, tab: str) -> dict[str, Any]:
        """The row that a tab shows, else the first that nobody shows or skipped; `row` is None where none is left."""
        with self._lock:
            own = self._tab(tab)
            place = own.shows if self._is_free(own.shows) else self._offered(tab)
            return self._shown(own, place)

    def answer(self, tab: str, posted: Mapping[str, Any]) -> dict[str, Any]:
        """Write what a tab chose for its row, and give the next one; `doubled` where the row has an answer already.

        Raises:
            InputError, ShotError: no labelled row may hold this.
            OSError: it could not be written.
        """
        with self._lock:
            read = Posted.read(posted)
            own, place = self._tab(tab), self._place(read)
            history = self._histories(self._ids[place])
            values = self.questions.values(read.chosen, read.evidence, history)
            row = row_record(history, values, self._note(read), has_customer=self._has_customers)
            self.questions.check(row)
            is_new = self._file.add(row)
            if is_new:
                own.labelled.append(place)
            own.shows = None
            return {**self._shown(own, self._offered(tab)), "doubled": not is_new}

    def skip(self, tab: str, posted: Mapping[str, Any]) -> dict[str, Any]:
        """Give another row; the skipped one comes back when no other is left."""
        with self._lock:
            own, place = self._tab(tab), self._place(Posted.read(posted))
            own.skipped = [*(one for one in own.skipped if one != place), place]
            own.shows = None
            return self._shown(own, self._offered(tab))

    def undo(self, tab: str) -> dict[str, Any]:
        """Take this tab's last answer back, or the file's where the tab has none; `row` is None where there is none.

        Other tabs' answers of this session are never taken back.
        """
        with self._lock:
            own = self._tab(tab)
            place = own.labelled.pop() if own.labelled else self._last_of_before()
            if place is None:
                return {"row": None, "progress": self.progress}
            row = self._file.remove(self._ids[place])
            before = {"chosen": self.questions.labels(row["answer"]), "note": row.get(NOTE, {})}
            evidence = self.questions.evidence
            named = row["answer"].get(evidence.path, []) if evidence else []
            return {**self._shown(own, place), "before": {**before, "evidence": named}}

    def _tab(self, tab: str) -> Tab:
        return self._tabs.setdefault(tab, Tab())

    def _place(self, read: Posted) -> int:
        if not 0 <= read.row < len(self._ids):
            raise InputError(f"There is no row {read.row}; load the page again.")
        return read.row

    def _is_free(self, place: int | None) -> bool:
        return place is not None and self._ids[place] not in self._file.rows

    def _offered(self, tab: str) -> int | None:
        """The first row without an answer: what no tab shows or skipped before what this one skipped, and that before
        what others show."""
        now = time.monotonic()
        others = {one.shows for name, one in self._tabs.items() if name != tab and now - one.since < HELD}
        skipped = self._tab(tab).skipped
        free = [place for place, name in enumerate(self._ids) if name not in self._file.rows]
        first = next((place for place in free if place not in others and place not in skipped), None)
        if first is not None:
            return first
        again = [place for place in skipped if place in free]
        return next((place for place in again if place not in others), next(iter(again), next(iter(free), None)))

    def _last_of_before(self) -> int | None:
        now = {place for one in self._tabs.values() for place in one.labelled}
        for name in reversed(list(self._file.rows)):
            if name in self._places and self._places[name] not in now:
                return self._places[name]
        return None

    def _shown(self, own: Tab, place: int | None) -> dict[str, Any]:
        own.shows, own.since = place, time.monotonic()
        if place is None:
            return {"row": None, "progress": self.progress}
        history = self._histories(self._ids[place])
        masked = Pseudonymizer().mask(history).history
        likely = {path: dict(shares) for path, shares in self._suggest(masked).items()}
        shown = shown_history(masked if self._mask else history)
        return {"row": place, "history": shown, "likely": likely, "progress": self.progress}

    def _note(self, read: Posted) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        note: dict[str, Any] = {"task": self.questions.task.name, "by": self._by, "at": now}
        for how in OPEN:
            if named := [path for path in getattr(read, how) if path in self.questions.paths - set(read.chosen)]:
                note[how] = named
        return note
