"""What is wrong with a policy that can be read: clauses that never count, and tools that can never be called."""

from collections.abc import Iterator

from fewsight.agents.copilot.conditions import can_hold, implies
from fewsight.agents.copilot.policy import Clause, Policy


def findings(policy: Policy) -> list[str]:
    """One sentence for each clause that can never count, and each tool that can never be called.

    Fields are compared one by one: that two of them can't have some values together is not known.
    """
    dead = {id(clause): why for clause in policy.clauses if (why := _why_dead(policy, clause))}
    said = [f"clause {clause.text.name!r} {dead[id(clause)]}" for clause in policy.clauses if id(clause) in dead]
    alive = [clause for clause in policy.clauses if id(clause) not in dead and clause.text.effect != "deny"]
    return [*said, *_silent_tools(policy, alive)]


def _why_dead(policy: Policy, clause: Clause) -> str | None:
    if not can_hold(clause.conditions):
        return "never holds: its own conditions contradict each other"
    for other in policy.clauses:
        if other.text.tool == clause.text.tool and _outranks(policy, other, clause) and _covers(other, clause):
            word = "contradicts" if other.text.effect != clause.text.effect else "is never reached after"
            return f"{word} clause {other.text.name!r}, which covers all that it says"
    return None


def _outranks(policy: Policy, other: Clause, clause: Clause) -> bool:
    """Whether `other` is asked first: denies before all else, then the order of the file."""
    denies = other.text.effect == "deny"
    if denies != (clause.text.effect == "deny"):
        return denies
    return policy.clauses.index(other) < policy.clauses.index(clause)


def _covers(wide: Clause, narrow: Clause) -> bool:
    most = wide.text.cap
    caps = not isinstance(most, int) or (isinstance(narrow.text.cap, int) and narrow.text.cap <= most)
    return caps and implies(narrow.conditions, wide.conditions)


def _silent_tools(policy: Policy, alive: list[Clause]) -> Iterator[str]:
    allowed = {clause.text.tool for clause in alive}
    for name in policy.tools:
        if name not in allowed:
            yield f"tool {name!r} is allowed by no clause"
    for clause in alive:
        for names in clause.text.reads:
            if not allowed.intersection(names):
                yield f"clause {clause.text.name!r} needs {' or '.join(map(repr, names))}, which no clause allows"
