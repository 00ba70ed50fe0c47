"""A case: what its log adds up to."""

import re
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
PERCEIVED: Final = "perceived"


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

    `about` is the id of the call that the newest question is about (`about_call`), `agreed` and `declined` are calls
    that the customer agreed to and did not want, and `perceived` is what the newest messages came to.
    """

    id: str
    customer_id: str = ""
    entries: list[Entry] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)
    reads: set[tuple[str, frozenset[tuple[str, Any]]]] = field(default_factory=set)
    spent_writes: set[str] = field(default_factory=set)
    spent_since: set[str] = field(default_factory=set)
    about: str | None = None
    about_call: Mapping[str, Any] | None = None
    agreed: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    declined_calls: list[tuple[str, Arguments]] = field(default_factory=list)
    perceived: Entry | None = None
    asked: Entry | None = None
    suggested: Entry | None = None
    drafts: dict[int, Entry] = field(default_factory=dict)
    approved: Entry | None = None
    rejected: set[str] = field(default_factory=set)
    steps: int = 0
    followed_up: bool = False
    is_closed: bool = False

    def has_read(self, tool: str, arguments: Arguments) -> bool:
        """Whether a read was done in this case with the arguments that it shares with these."""
        return any(name == tool and all(arguments.get(k, v) == v for k, v in given) for name, given in self.reads)

    def has_agreed(self, call: str) -> bool:
        """Whether the customer agreed to the call of this id, and has not written since."""
        return call in self.agreed

    def has_declined(self, call: str) -> bool:
        """Whether the customer said no to the call of this id."""
        return call in self.declined

    def declined_like(self, tool: str, arguments: Arguments) -> bool:
        """Whether the customer said no to a call of this tool with these arguments, whatever its others were."""
        return any(name == tool and _within(arguments, given) for name, given in self.declined_calls)

    def done_like(self, tool: str, arguments: Arguments) -> bool:
        """Whether a write of this tool with these arguments was done in the case."""
        done = (entry.body for entry in self.entries if entry.kind == DONE and entry.body["writes"])
        return any(body["tool"] == tool and _within(arguments, body["arguments"]) for body in done)

    def has_said(self, value: str) -> bool:
        """Whether the customer has written this value, as a word or words of its own."""
        return any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) for text in self.texts)

    @property
    def texts(self) -> list[str]:
        """All that the customer wrote in the case, oldest first."""
        return [entry.body["text"] for entry in self.entries if entry.kind == MESSAGE]

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
    if entry.kind == PERCEIVED:
        _take_perceived(case, entry)
        return
    if entry.kind == OPENED:
        case.customer_id = body["customer_id"]
    elif entry.kind == MESSAGE:
        case.waiting.append(entry)
        case.steps, case.followed_up = 0, False
        case.spent_since.clear()
        case.rejected.clear()
        case.perceived = None
        case.agreed.discard(case.about or "")
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
        call = body.get("call")
        case.about = call_id(call["tool"], call["arguments"]) if call else None
        case.about_call = call
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


def _take_perceived(case: Case, entry: Entry) -> None:
    """An agreement holds for the call that was asked about, until the customer writes again."""
    case.perceived = entry
    if case.about is not None and entry.body["agreed"] == "yes":
        case.agreed.add(case.about)
        case.declined.discard(case.about)
    elif case.about is not None and entry.body["agreed"] == "no":
        case.declined.add(case.about)
        assert case.about_call is not None
        case.declined_calls.append((case.about_call["tool"], case.about_call["arguments"]))


def _within(some: Arguments, given: Arguments) -> bool:
    return all(given.get(name) == value for name, value in some.items())


def _take_call(case: Case, entry: Entry) -> None:
    body = entry.body
    call = call_id(body["tool"], body["arguments"])
    if entry.kind == DONE and not body["writes"]:
        case.reads.add((body["tool"], frozenset(body["arguments"].items())))
    elif entry.kind == DONE:
        case.spent_since.clear()
    if body["writes"] and entry.kind in (DONE, REJECTED):
        case.spent_writes.add(call)
    elif entry.kind in (DONE, FAILED, DENIED) and not body.get("unagreed"):
        case.spent_since.add(call)
