"""A case: what its log adds up to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fewsight.agents.copilot.tools import Arguments, call_id

OPENED: Final = "opened"
MESSAGE: Final = "message"
DONE: Final = "done"
FAILED: Final = "failed"
ASKED: Final = "asked"
REJECTED: Final = "rejected"
DENIED: Final = "denied"
REPLIED: Final = "replied"
QUESTION: Final = "question"
FOLLOW_UP: Final = "follow_up"
HANDED_OFF: Final = "handed_off"
SUGGESTED: Final = "suggested"
DRAFTED: Final = "drafted"
APPROVED: Final = "approved"
UNDONE: Final = "undone"

INTENTIONS: Final = (SUGGESTED, DRAFTED, APPROVED, UNDONE)
"""Entries that tell what somebody means to do, and change nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log. `seq` numbers the entries of all cases; `time` is in UTC, as ISO 8601."""

    seq: int
    time: str
    kind: str
    body: Mapping[str, Any]


@dataclass
class Case:
    """The state of a case; only `fold` makes one.

    `waiting` are the customer's messages without an answer, `asked` the entry that a person must decide, `steps` the
    moves since the last message, `followed_up` whether a follow-up was noted since then. `spent` are calls that would
    be a repetition: reads since the last message or write, and writes that were done or rejected at any time.

    `suggested` are the moves that a person may choose among, `drafts` the words of some of them by their place,
    `approved` the move that is carried out soon, and `rejected` what a person did not want since the last message.
    """

    id: str
    customer_id: str = ""
    entries: list[Entry] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)
    reads: set[tuple[str, frozenset[tuple[str, Any]]]] = field(default_factory=set)
    spent_writes: set[str] = field(default_factory=set)
    spent_since: set[str] = field(default_factory=set)
    asked: Entry | None = None
    suggested: Entry | None = None
    drafts: dict[int, Entry] = field(default_factory=dict)
    approved: Entry | None = None
    rejected: set[str] = field(default_factory=set)
    steps: int = 0
    followed_up: bool = False
    is_closed: bool = False

    def has_read(self, tool: str, arguments: Arguments) -> bool:
        """Whether a read was done in this case whose arguments are all among these."""
        return any(name == tool and given <= set(arguments.items()) for name, given in self.reads)

    def is_spent(self, call: str) -> bool:
        """Whether the call of this id would be a repetition."""
        return call in self.spent_writes or call in self.spent_since

    def packet(self) -> dict[str, Any]:
        """What a person who takes over needs: what was tried, what is open, the most money that was at stake."""
        tried = [entry for entry in self.entries if "tool" in entry.body and entry.kind != ASKED]
        return {
            "tried": [
                {"seq": e.seq, "what": e.kind, "tool": e.body["tool"], "arguments": e.body["arguments"]} for e in tried
            ],
            "open": [{"seq": entry.seq, "text": entry.body["text"]} for entry in self.waiting],
            "money": max((entry.body.get("amount") or 0 for entry in self.entries), default=0),
        }

    @property
    def basis(self) -> int:
        """The entry that a decision goes by: what is asked or suggested, else the newest one."""
        return (self.asked or self.suggested or self.entries[-1]).seq

    @property
    def is_idle(self) -> bool:
        """Whether it waits for the customer, or is closed."""
        return self.is_closed or (not self.waiting and self.asked is None)


def fold(case_id: str, entries: Iterable[Entry]) -> Case:
    """What the entries of one case add up to."""
    case = Case(case_id)
    for entry in entries:
        case.entries.append(entry)
        _take(case, entry)
    return case


def _take(case: Case, entry: Entry) -> None:
    body = entry.body
    if entry.kind in INTENTIONS:
        _take_intention(case, entry)
        return
    case.suggested, case.drafts = None, {}
    if entry.kind == OPENED:
        case.customer_id = body["customer_id"]
    elif entry.kind == MESSAGE:
        case.waiting.append(entry)
        case.steps, case.followed_up = 0, False
        case.spent_since.clear()
        case.rejected.clear()
    else:
        case.steps += 1
        case.asked = entry if entry.kind == ASKED else None
        case.approved = None
    if "tool" in body:
        _take_call(case, entry)
    if entry.kind == REJECTED and "move" in body:
        case.rejected.add(body["move"])
    if entry.kind == FOLLOW_UP:
        case.followed_up = True
    elif entry.kind in (REPLIED, QUESTION):
        case.waiting = [message for message in case.waiting if message.seq > body["after"]]
    elif entry.kind == HANDED_OFF:
        case.waiting.clear()
        case.is_closed = True


def _take_intention(case: Case, entry: Entry) -> None:
    """What somebody means to do changes nothing yet."""
    if entry.kind == SUGGESTED:
        case.suggested, case.drafts = entry, {}
    elif entry.kind == DRAFTED:
        case.drafts[entry.body["choice"]] = entry
    elif entry.kind == APPROVED:
        case.approved = entry
    else:
        case.approved = None


def _take_call(case: Case, entry: Entry) -> None:
    body = entry.body
    call = call_id(body["tool"], body["arguments"])
    if entry.kind == DONE and not body["writes"]:
        case.reads.add((body["tool"], frozenset(body["arguments"].items())))
    elif entry.kind == DONE:
        case.spent_since.clear()
    if body["writes"] and entry.kind in (DONE, REJECTED):
        case.spent_writes.add(call)
    elif entry.kind in (DONE, FAILED, DENIED):
        case.spent_since.add(call)
