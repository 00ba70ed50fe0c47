"""Which calls are legal now, and carrying one out: judge, then act, ask a person, or deny.

Every step is one transaction that reads the state and the case, judges, acts and logs; so nothing is done that was
legal only a moment ago, nothing is done without its entry, and nothing is done twice.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from fewsight.agents.copilot.case import (
    ASKED,
    DENIED,
    DONE,
    FAILED,
    FOLLOW_UP,
    HANDED_OFF,
    MESSAGE,
    OPENED,
    PERCEIVED,
    REJECTED,
    Case,
    Entry,
)
from fewsight.agents.copilot.judging import Offer, judge, legal_calls
from fewsight.agents.copilot.policy import Policy, Verdict
from fewsight.agents.copilot.speech import fill, has_number, has_promise, slots
from fewsight.agents.copilot.store import Store
from fewsight.agents.copilot.tools import Act, Arguments, Call, find_calls
from fewsight.digest import digest
from fewsight.errors import CaseError, did_you_mean

LONGEST_RESULT: Final = 65_536
"""Characters of a tool's result as JSON; a longer one counts as a failure, and its write is undone."""


class Desk:
    """Cases of one store under one policy."""

    def __init__(self, store: Store, policy: Policy) -> None:
        self.store, self.policy = store, policy

    def open(self, customer_id: str) -> str:
        """A new case of a customer; its id.

        Raises:
            CaseError: there is no such customer.
        """
        case_id = secrets.token_hex(8)
        with self.store.transaction():
            self.store.state(customer_id)
            self.store.append(case_id, OPENED, {"customer_id": customer_id})
        return case_id

    def receive(self, case_id: str, text: str, key: str | None = None) -> None:
        """Note what the customer wrote. A message whose `key` was noted before is not noted again.

        Raises:
            CaseError: there is no such case, or it is closed.
        """
        with self.store.transaction():
            self._open_case(case_id)
            self.store.append(case_id, MESSAGE, {"text": text}, None if key is None else f"message:{case_id}:{key}")

    def offers(self, case_id: str) -> list[Offer]:
        """The calls that are legal now; none where the case is closed or a person is asked.

        Raises:
            CaseError: there is no such case.
        """
        case = self.store.case(case_id)
        if case.is_closed or case.asked is not None:
            return []
        return legal_calls(self.policy, case, self.store.state(case.customer_id))

    def call(self, case_id: str, tool: str, arguments: Arguments) -> Entry:
        """Judge a call, and carry it out where that is allowed; the entry that says what became of it.

        Raises:
            CaseError: there is no such case or tool, the case is closed, or a person must decide first.
        """
        with self.store.transaction():
            case = self._free_case(case_id)
            call, verdict = self._judge(case, tool, arguments)
            if call is None or verdict.effect in ("deny", "confirm"):
                why = {"clause": verdict.clause, "feedback": verdict.feedback}
                self._note(case, DENIED, tool, arguments, **why, unagreed=verdict.effect == "confirm")
            elif verdict.effect == "ask":
                self._note(case, ASKED, tool, arguments, clause=verdict.clause, amount=call.amount)
            else:
                self._act(case, call, verdict)
            return self.store.case(case_id).entries[-1]

    def perceive(self, case_id: str, after: int, perceived: Mapping[str, Any]) -> None:
        """Note what the messages up to entry `after` come to; what was noted of them before stays.

        Raises:
            CaseError: there is no such case, or it is closed.
        """
        with self.store.transaction():
            self._open_case(case_id)
            self.store.append(case_id, PERCEIVED, {**perceived, "after": after}, f"perceived:{case_id}:{after}")

    def say_fixed(self, case_id: str, after: int, kind: str, text: str, **more: Any) -> Entry:  # noqa: ANN401 - JSON
        """A reply or question whose text code wrote, from the state and the log; `call` is what is asked about.

        Raises:
            CaseError: there is no such case, it is closed, or a person must decide first.
        """
        with self.store.transaction():
            case = self._free_case(case_id)
            about = more.get("call")
            body: dict[str, Any] = {"words": text, "text": text, "after": after, **more}
            if any(entry.kind == MESSAGE and entry.seq > after for entry in case.entries):
                self.store.append(case_id, DENIED, {"said": kind, **body, "feedback": "the customer wrote meanwhile"})
            elif about and self._judge(case, about["tool"], about["arguments"])[1].effect != "confirm":
                self.store.append(case_id, DENIED, {"said": kind, **body, "feedback": "there is nothing to agree to"})
            elif self.policy.reply.effect == "ask":
                self.store.append(case_id, ASKED, {"said": kind, **body})
            else:
                self.store.append(case_id, kind, body)
            return self.store.case(case_id).entries[-1]

    def say(self, case_id: str, after: int, kind: str, words: str, **more: Any) -> Entry:  # noqa: ANN401 - JSON values
        """A reply, question or follow-up (`kind`) with slots in its words, by what was logged up to entry `after`.

        Slots are filled from the state as it is now. Denied are numbers outside slots, a promise before a follow-up was
        noted, and what no longer answers the newest message.

        Raises:
            CaseError: there is no such case, it is closed, or a person must decide first.
        """
        with self.store.transaction():
            case = self._free_case(case_id)
            filled = slots(self.store.state(case.customer_id), self.policy.reply.slots)
            wrong = unsayable(case, after, kind, words, filled)
            body: dict[str, Any] = {"words": words, "after": after, **more} | (
                {"feedback": wrong} if wrong else {"text": fill(words, filled)}
            )
            asks = kind != FOLLOW_UP and self.policy.reply.effect == "ask"
            noted = DENIED if wrong else ASKED if asks else kind
            self.store.append(case_id, noted, body if noted == kind else {"said": kind, **body})
            return self.store.case(case_id).entries[-1]

    def hand_off(self, case_id: str, reason: str) -> Entry:
        """Close the case for the copilot, with what a person needs to go on with it.

        Raises:
            CaseError: there is no such case, it is closed, or a person must decide first.
        """
        with self.store.transaction():
            case = self._free_case(case_id)
            facts = slots(self.store.state(case.customer_id), self.policy.reply.slots)
            self.store.append(case_id, HANDED_OFF, {"reason": reason, "facts": facts, **case.packet()})
            return self.store.case(case_id).entries[-1]

    def approve(
        self, case_id: str, seq: int, by: str, arguments: Arguments | None = None, text: str | None = None
    ) -> Entry:
        """Carry out what entry `seq` asks for, with other `arguments` or `text` where a person changed them.

        It is judged again, by the state as it is now; the entry says what became of it. A person's text may hold
        numbers, and promises only after a follow-up was noted.

        Raises:
            CaseError: the case does not wait for a decision on this entry, or policy denies what was changed.
        """
        with self.store.transaction():
            case, asked = self._asked(case_id, seq)
            if "said" in asked.body:
                self._send(case, asked, by, asked.body["text"] if text is None else text)
                return self.store.case(case_id).entries[-1]
            tool = asked.body["tool"]
            call, verdict = self._judge(case, tool, arguments or asked.body["arguments"])
            if call is not None and verdict.effect not in ("deny", "confirm"):
                self._act(case, call, verdict, by=by, asked=seq)
            elif arguments is not None:
                raise CaseError(f"{tool} with {dict(arguments)!r} is not legal: {verdict.feedback}. Nothing was done.")
            else:
                self._note(case, DENIED, tool, asked.body["arguments"], by=by, asked=seq, feedback=verdict.feedback)
            return self.store.case(case_id).entries[-1]

    def reject(self, case_id: str, seq: int, by: str, reason: str) -> Entry:
        """Note that a person does not want what entry `seq` asks for.

        Raises:
            CaseError: the case does not wait for a decision on this entry.
        """
        with self.store.transaction():
            case, asked = self._asked(case_id, seq)
            self.store.append(case.id, REJECTED, {**asked.body, "by": by, "asked": seq, "reason": reason})
            return self.store.case(case_id).entries[-1]

    def _open_case(self, case_id: str) -> Case:
        case = self.store.case(case_id)
        if case.is_closed:
            raise CaseError(f"Case {case_id!r} is closed; open a new one.")
        return case

    def _free_case(self, case_id: str) -> Case:
        case = self._open_case(case_id)
        if case.asked is not None:
            raise CaseError(f"Case {case_id!r} waits for a person to decide on entry {case.asked.seq}.")
        return case

    def _send(self, case: Case, asked: Entry, by: str, text: str) -> None:
        if has_promise(text) and not case.followed_up:
            raise CaseError(f"{text!r} promises something, and no follow-up was noted; nothing was sent.")
        body = {key: value for key, value in asked.body.items() if key != "said"}
        self.store.append(case.id, asked.body["said"], body | {"text": text, "by": by, "asked": asked.seq})

    def _asked(self, case_id: str, seq: int) -> tuple[Case, Entry]:
        case = self._open_case(case_id)
        if case.asked is None or case.asked.seq != seq:
            raise CaseError(f"Case {case_id!r} does not wait for a decision on entry {seq}; was it decided already?")
        return case, case.asked

    def _judge(self, case: Case, tool: str, arguments: Arguments) -> tuple[Call | None, Verdict]:
        if tool not in self.policy.tools:
            raise CaseError(f"There is no tool {tool!r}.{did_you_mean(tool, self.policy.tools)}")
        state = self.store.state(case.customer_id)
        meant = find_calls(self.policy.tools[tool], arguments, state)
        if not meant:
            return None, Verdict("deny", None, "these arguments are not in this customer's state")
        return meant[0], judge(self.policy, case, meant, state)

    def _act(self, case: Case, call: Call, verdict: Verdict, **more: Any) -> None:  # noqa: ANN401 - JSON values
        database, tool = self.store.database, call.tool
        key = f"call:{case.id}:{digest(call.id)}"
        database.execute("SAVEPOINT act")
        try:
            with self.store.limited(writes=tool.writes):
                result = _result(call, Act(case.customer_id, key, database))
        except Exception as error:  # a tool is the user's code, and may raise anything
            database.execute("ROLLBACK TO act")
            self._note(case, FAILED, tool.name, call.arguments, error=f"{type(error).__name__}: {error}"[:500], **more)
        else:
            body = {"clause": verdict.clause, "amount": call.amount, "result": result, **more}
            self._note(case, DONE, tool.name, call.arguments, key if tool.writes else None, **body)
        database.execute("RELEASE act")

    def _note(
        self,
        case: Case,
        kind: str,
        tool: str,
        arguments: Arguments,
        key: str | None = None,
        **more: Any,  # noqa: ANN401
    ) -> None:
        body = {"tool": tool, "arguments": dict(arguments), "writes": self.policy.tools[tool].writes}
        self.store.append(case.id, kind, body | more, key)


def unsayable(case: Case, after: int, kind: str, words: str, filled: Mapping[str, str]) -> str | None:
    """Why a model's words, written by what was logged up to entry `after`, may not be said now; None where they may."""
    if any(entry.kind == MESSAGE and entry.seq > after for entry in case.entries):
        return "the customer wrote again meanwhile"
    if has_number(words):
        return "it has a number that is no slot"
    if kind != FOLLOW_UP and has_promise(words) and not case.followed_up:
        return "it promises something, and no follow-up was noted"
    try:
        fill(words, filled)
    except KeyError as error:
        return f"there is no slot {error.args[0]!r} any more"
    return None


def _result(call: Call, act: Act) -> dict[str, Any]:
    result = call.tool.run(call.tool.arguments.model_validate(dict(call.arguments)), act)
    if not isinstance(result, BaseModel):
        raise TypeError(f"the tool returned {type(result).__name__}, not a Pydantic model")
    text = result.model_dump_json()
    if len(text) > LONGEST_RESULT:
        raise ValueError(f"the tool's result has {len(text)} characters, more than {LONGEST_RESULT}")
    return result.model_dump(mode="json")
