"""What policy and a case say of calls: which are legal now, and which will be once the customer has agreed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ValidationError

from fewsight.agents.copilot.case import Case
from fewsight.agents.copilot.policy import Policy, Verdict
from fewsight.agents.copilot.tools import Call, Element, calls, element_groups

_STRICT: Final = {"allow": 0, "confirm": 1, "ask": 2, "deny": 3}


@dataclass(frozen=True, slots=True)
class Offer:
    """A call that is legal now, and the clause that makes it so.

    An open call has `groups`: its list takes at most one element of each, and at least one in all.
    """

    call: Call
    verdict: Verdict
    groups: tuple[tuple[Element, ...], ...] = ()


def legal_calls(policy: Policy, case: Case, state: BaseModel) -> list[Offer]:
    """The calls that policy leaves in this state of the customer and the case, each once; open ones with elements."""
    return [offer for offer in possible_calls(policy, case, state) if offer.verdict.effect != "confirm"]


def possible_calls(policy: Policy, case: Case, state: BaseModel) -> list[Offer]:
    """The legal calls, and those that the customer has to agree to first.

    Of a tool with a list, the call that the customer agreed to stands beside the open ones.
    """
    by_id: dict[str, list[Call]] = {}
    for tool in policy.tools.values():
        for call in calls(tool, state):
            by_id.setdefault(call.id, []).append(call)
    return [offer for same in by_id.values() for offer in _offers(policy, case, same, state)]


def judge(policy: Policy, case: Case, meant: Iterable[Call], state: BaseModel) -> Verdict:
    """What policy and the case say of a call; the strictest verdict where its arguments may mean several rows."""
    return max((_judge_one(policy, case, call, state) for call in meant), key=lambda verdict: _STRICT[verdict.effect])


def _offers(policy: Policy, case: Case, same: list[Call], state: BaseModel) -> Iterator[Offer]:
    verdict = judge(policy, case, same, state)
    if verdict.effect == "deny":
        return
    if not same[0].is_open:
        yield Offer(same[0], verdict)
        return
    groups = [_legal_elements(policy, case, same[0], group, state) for group in element_groups(same[0], state)]
    if some := tuple(group for group in groups if group):
        yield Offer(same[0], verdict, some)


def _legal_elements(
    policy: Policy, case: Case, call: Call, group: list[Element], state: BaseModel
) -> tuple[Element, ...]:
    """The elements that policy leaves, each taken by itself; the whole call is judged again."""
    one = (policy.judge(call.with_elements([e]), state, case.has_read, case.has_agreed) for e in group)
    return tuple(element for element, verdict in zip(group, one, strict=True) if verdict.effect != "deny")


def _judge_one(policy: Policy, case: Case, call: Call, state: BaseModel) -> Verdict:
    if case.is_spent(call.id):
        return Verdict("deny", None, "it was done, or decided against, in this case already")
    for name in call.tool.said:
        if not case.has_said(str(call.arguments[name])):
            return Verdict("deny", None, f"the customer has not written {name!r}")
    try:
        call.tool.arguments.model_validate(dict(call.arguments))
    except ValidationError as error:
        return Verdict("deny", None, f"the tool refuses its arguments: {error.errors()[0]['msg']}")
    return policy.judge(call, state, case.has_read, case.has_agreed)
