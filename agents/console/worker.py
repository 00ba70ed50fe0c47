"""The worker behind the pages: suggests moves, writes words, carries approvals out when their time has come, and sends.

All that it has to do stands in the log, so that after a restart it goes on where it was.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.case import Case
from fewsight.agents.copilot.copilot import Copilot
from fewsight.agents.copilot.people.approving import Approvals, due
from fewsight.agents.copilot.people.board import Board
from fewsight.agents.copilot.people.outbox import Deliver, Outbox
from fewsight.agents.copilot.people.suggesting import draft, needs_suggestions, suggest
from fewsight.errors import CaseError, FewsightError

logger = logging.getLogger(__name__)

PAUSE: Final = 0.1
"""Seconds between two looks at the log."""
AGAIN: Final = 30.0
"""Seconds until a case is tried again whose suggestions failed."""


class Worker:
    """Two threads: one thinks (it starts the model), one carries out and sends, so that neither waits for the other.

    Cases that somebody looks at come first, and words are written for them alone until somebody asks.

    Args:
        start: makes the copilot; called in the thread that uses it.
        desk: makes a desk for the other thread.
        deliver: sends what leaves.

    `board` has all cases as of a moment ago.
    """

    def __init__(self, start: Callable[[], Copilot], desk: Callable[[], Desk], deliver: Deliver) -> None:
        self._start, self._desk, self._deliver = start, desk, deliver
        self._stop = threading.Event()
        self._wanted: set[tuple[str, int]] = set()
        self.looked_at: Callable[[], set[str]] = set
        self._later: dict[str, float] = {}
        self.board = Board()
        self.problem: str | None = "The model is being loaded."
        self.problems: dict[str, str] = {}
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._think, self._carry_out)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, when what is being done is finished."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def want(self, case_id: str, choice: int) -> None:
        """Have the words of a suggested move written."""
        self._wanted.add((case_id, choice))

    def _think(self) -> None:
        try:
            copilot = self._start()
        except FewsightError as error:
            logger.error("no suggestions: %s", error)
            self.problem = "There are no suggestions: the model could not be started. You can go on without it."
            return
        self.problem, board = None, Board()
        while not self._stop.wait(PAUSE):
            try:
                board.refresh(copilot.desk.store)
                self._think_once(copilot, board)
            except Exception:  # the console goes on without suggestions, and the next look may do better
                logger.exception("suggesting failed")
                self._stop.wait(1)
        copilot.desk.store.close()

    def _think_once(self, copilot: Copilot, board: Board) -> None:
        while self._wanted and not self._stop.is_set():
            case_id, choice = self._wanted.pop()
            self._try(case_id, partial(draft, copilot, case_id, choice))
        seen = self.looked_at()
        rows = sorted(board.queue(), key=lambda row: row.case.id not in seen)
        for case in [row.case for row in rows if self._later.get(row.case.id, 0.0) <= time.monotonic()]:
            if needs_suggestions(case):
                self._try(case.id, partial(suggest, copilot, case.id))
            elif case.id in seen and (place := _unwritten(case)) is not None:
                self._try(case.id, partial(draft, copilot, case.id, place))
            else:
                continue
            return  # the log is looked at again: something more urgent may have come

    def _try(self, case_id: str, work: Callable[[], object]) -> None:
        try:
            work()
        except FewsightError as error:
            logger.error("case %s: %s", case_id, error)
            self.problems[case_id] = "The model failed on this case; you can go on without it."
            self._later[case_id] = time.monotonic() + AGAIN
        else:
            self.problems.pop(case_id, None)

    def _carry_out(self) -> None:
        desk = self._desk()
        decide, board, outbox = Approvals(desk), self.board, Outbox(desk.store)
        while not self._stop.wait(PAUSE):
            try:
                board.refresh(desk.store)
                for case in [case for case in board.cases.values() if due(case, datetime.now(UTC))]:
                    self._finish(decide, case.id, case.approved.seq if case.approved else 0)
                outbox.send_due(self._deliver)
            except Exception:  # what is due stays due
                logger.exception("carrying out failed")
                self._stop.wait(1)
        desk.store.close()

    def _finish(self, decide: Approvals, case_id: str, seq: int) -> None:
        try:
            decide.carry_out(case_id, seq)
        except CaseError as error:  # undone in this moment, or done by another process
            logger.info("case %s: %s", case_id, error)


def _unwritten(case: Case) -> int | None:
    """The place of the first move that has words, where none are written yet."""
    if case.suggested is None or case.drafts or case.approved is not None:
        return None
    moves = case.suggested.body["moves"]
    return next((place for place, move in enumerate(moves) if move["has_words"]), None)
