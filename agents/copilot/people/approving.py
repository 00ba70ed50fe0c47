"""What a person does with moves: approve, with some time to undo it, change, or reject with a reason.

An approval is an entry with a moment; when that has come, the move is judged once more and carried out. Whoever
decides names the entry that the decision goes by, so that of two people on one case the second decides nothing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.case import APPROVED, ASKED, FOLLOW_UP, REJECTED, UNDONE, Case, Entry
from fewsight.agents.copilot.judging import judge
from fewsight.agents.copilot.moves import REASONS, Move
from fewsight.agents.copilot.speech import has_promise
from fewsight.agents.copilot.tools import find_calls
from fewsight.errors import CaseError, did_you_mean

LONGEST: Final = 5_000
"""Characters of what a person writes."""

OWN: Final = "own words"
"""What a reply cites that a person wrote without a source."""

_WORDED: Final = ("reply", "question", "follow_up")


class Approvals:
    """Decisions of people on the cases of a desk.

    Args:
        desk: of the cases.
        delay: how long an approval can be undone.
    """

    def __init__(self, desk: Desk, delay: timedelta = timedelta(seconds=5)) -> None:
        self.desk, self.delay = desk, delay

    def approve(
        self, case_id: str, basis: int, closed: Mapping[str, Any], by: str, text: str = "", choice: int | None = None
    ) -> Entry:
        """Mean to take a move: one that was suggested (`choice` is its place), that one changed, or another.

        Raises:
            CaseError: the case went on since entry `basis`, or the move is not legal; nothing was done.
        """
        with self.desk.store.transaction():
            case = self._case(case_id, basis)
            self._check(case, closed, text)
            body = {
                "move": dict(closed),
                "text": text,
                "by": by,
                "basis": basis,
                "choice": choice,
                "edited": _is_edited(case, closed, text, choice),
                "asked": case.asked.seq if case.asked else None,
                "due": (datetime.now(UTC) + self.delay).isoformat(),
            }
            self.desk.store.append(case_id, APPROVED, body)
            return self.desk.store.case(case_id).entries[-1]

    def undo(self, case_id: str, seq: int, by: str) -> Entry:
        """Take an approval back.

        Raises:
            CaseError: it was carried out, or taken back, already.
        """
        with self.desk.store.transaction():
            self._approved(case_id, seq)
            self.desk.store.append(case_id, UNDONE, {"approved": seq, "by": by})
            return self.desk.store.case(case_id).entries[-1]

    def reject(self, case_id: str, basis: int, choice: int, by: str, reason: str) -> Entry:
        """Note that a person does not want what was suggested or asked for at this place, and why.

        Raises:
            CaseError: the case went on since entry `basis`, or no reason is given.
        """
        if not reason.strip():
            raise CaseError("Say why; the reason is what others learn from.")
        with self.desk.store.transaction():
            case = self._case(case_id, basis)
            if case.asked is not None:
                return self.desk.reject(case_id, basis, by, reason.strip())
            move = _suggested(case, choice)
            call = {name: move["closed"][name] for name in ("tool", "arguments") if name in move["closed"]}
            more = call | {"writes": move["writes"]} if call else {}
            words = case.drafts[choice].body.get("text", "") if choice in case.drafts else ""
            body = {"move": Move(move["closed"]).text, "text": words, "by": by, "basis": basis, "choice": choice}
            self.desk.store.append(case_id, REJECTED, body | more | {"reason": reason.strip()[:LONGEST]})
            return self.desk.store.case(case_id).entries[-1]

    def carry_out(self, case_id: str, seq: int) -> Entry:
        """Do what approval `seq` means, judged by the state as it is now; the entry says what became of it.

        Raises:
            CaseError: it was carried out, or taken back, already.
        """
        with self.desk.store.transaction():
            case, approved = self._approved(case_id, seq)
            try:
                self._do(case, approved)
            except CaseError as error:  # what was changed is legal no longer, or the customer is gone
                self.desk.store.append(case_id, UNDONE, {"approved": seq, "feedback": str(error)})
            return self.desk.store.case(case_id).entries[-1]

    def _do(self, case: Case, approved: Entry) -> None:
        body, closed = approved.body, approved.body["move"]
        if body["asked"] is not None:
            self._decide_asked(case, approved)
        elif closed["move"] == "call":
            self._call(case, closed, body["by"])
        elif closed["move"] == "hand_off":
            self.desk.hand_off(case.id, closed["reason"])
        else:
            more = {key: value for key, value in closed.items() if key != "move"}
            words = {"words": body["text"], "text": body["text"], "after": body["basis"], "by": body["by"]}
            self.desk.store.append(case.id, Move(closed).entry, words | more | {"approved": approved.seq})

    def _decide_asked(self, case: Case, approved: Entry) -> None:
        body, closed = approved.body, approved.body["move"]
        if closed["move"] != "call":
            self.desk.approve(case.id, body["asked"], body["by"], text=body["text"])
            return
        assert case.asked is not None
        same = closed["arguments"] == case.asked.body["arguments"]
        self.desk.approve(case.id, body["asked"], body["by"], None if same else closed["arguments"])

    def _call(self, case: Case, closed: Mapping[str, Any], by: str) -> None:
        entry = self.desk.call(case.id, closed["tool"], closed["arguments"])
        if entry.kind == ASKED:
            self.desk.approve(case.id, entry.seq, by)

    def _case(self, case_id: str, basis: int) -> Case:
        case = self.desk.store.case(case_id)
        if case.is_closed:
            raise CaseError("This case is closed.")
        if case.approved is not None:
            raise CaseError(f"{case.approved.body['by']} decided on this already.")
        if case.basis != basis:
            raise CaseError("The case went on meanwhile; look at it again. Nothing was done.")
        return case

    def _approved(self, case_id: str, seq: int) -> tuple[Case, Entry]:
        case = self.desk.store.case(case_id)
        if case.approved is None or case.approved.seq != seq:
            raise CaseError("That was carried out, or taken back, already.")
        return case, case.approved

    def _check(self, case: Case, closed: Mapping[str, Any], text: str) -> None:
        kind = closed.get("move")
        if case.asked is not None and case.asked.body.get("tool") != closed.get("tool"):
            raise CaseError("Something else waits for a decision; approve or reject that first.")
        if kind == "call":
            self._check_call(case, closed)
        elif kind in _WORDED:
            _check_words(case, kind, text)
        elif kind != "hand_off" or closed.get("reason") not in REASONS:
            raise CaseError(f"{dict(closed)!r} is no move. Nothing was done.")

    def _check_call(self, case: Case, closed: Mapping[str, Any]) -> None:
        tool = self.desk.policy.tools.get(closed["tool"])
        if tool is None:
            raise CaseError(
                f"There is no tool {closed['tool']!r}.{did_you_mean(closed['tool'], self.desk.policy.tools)}"
            )
        state = self.desk.store.state(case.customer_id)
        meant = find_calls(tool, closed["arguments"], state)
        if not meant:
            raise CaseError("These values are not in this customer's state. Nothing was done.")
        verdict = judge(self.desk.policy, case, meant, state)
        if verdict.effect in ("deny", "confirm"):
            raise CaseError(f"Policy forbids it: {verdict.feedback}. Nothing was done.")


def due(case: Case, now: datetime) -> bool:
    """Whether an approval of this case has to be carried out."""
    return case.approved is not None and datetime.fromisoformat(case.approved.body["due"]) <= now


def _check_words(case: Case, kind: str, text: str) -> None:
    if not text.strip():
        raise CaseError("There are no words yet; write them first.")
    if len(text) > LONGEST:
        raise CaseError(f"{len(text):,} characters are more than {LONGEST:,}; shorten it.")
    if kind != FOLLOW_UP and has_promise(text) and not case.followed_up:
        raise CaseError("It promises something, and no follow-up was noted; note one first, or say it otherwise.")


def _is_edited(case: Case, closed: Mapping[str, Any], text: str, choice: int | None) -> bool:
    if case.asked is not None:
        body = case.asked.body
        return bool(closed["arguments"] != body["arguments"] if "tool" in body else text != body["text"])
    if choice is None:
        return True
    words = case.drafts[choice].body.get("text", "") if choice in case.drafts else ""
    return _suggested(case, choice)["closed"] != dict(closed) or text != words


def _suggested(case: Case, choice: int) -> dict[str, Any]:
    moves: list[dict[str, Any]] = case.suggested.body["moves"] if case.suggested else []
    if not 0 <= choice < len(moves):
        raise CaseError("That is suggested no longer; look at the case again.")
    return moves[choice]
