"""The policy: clauses that say which calls are allowed, which a person must approve, and which are denied.

What no clause allows is denied. A deny that holds beats every other clause; of the others the first one that holds and
whose cap the amount keeps counts. A clause for a tool that writes names the reads that must come before in the case,
and may ask that the customer has agreed to just this call.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fewsight.agents.copilot.conditions import Condition, read_condition
from fewsight.agents.copilot.state import field_at, lists_of
from fewsight.agents.copilot.tools import Arguments, Call, Tool
from fewsight.errors import PolicyError, did_you_mean, first_problem

Effect = Literal["allow", "confirm", "ask", "deny"]
"""Of a call, `confirm` is: allowed or asked once the customer has agreed to it. Clauses write the other three."""
HasRead = Callable[[str, Arguments], bool]
"""Whether a read of this name was done in the case with the arguments that it shares with these."""
HasAgreed = Callable[[str], bool]
"""Whether the customer has agreed to the call of this id."""


def _nobody(_call: str) -> bool:
    return False


class ClauseText(BaseModel):
    """A clause as a file writes it.

    `cap` is in minor units of the tool's amount, or "none". `needs` are names of reads, of which each must have been
    done; one of `a | b` is enough. With `confirm` the customer must have agreed to the call.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    tool: str
    effect: Literal["allow", "ask", "deny"]
    when: list[str] = []
    cap: Annotated[int, Field(gt=0)] | Literal["none"] | None = None
    needs: str | list[str] | None = None
    confirm: bool = False

    @property
    def reads(self) -> tuple[tuple[str, ...], ...]:
        """The reads that must come before: one of each."""
        written = [self.needs] if isinstance(self.needs, str) else self.needs or []
        return tuple(tuple(name.strip() for name in one.split("|")) for one in written)


class ReplyText(BaseModel):
    """Of replies and questions: `slots` are paths of the state that may be said, `effect` whether a person is asked."""

    model_config = ConfigDict(extra="forbid")

    effect: Literal["allow", "ask"] = "ask"
    slots: list[str] = []


class PolicyText(BaseModel):
    """A policy as a file writes it."""

    model_config = ConfigDict(extra="forbid")

    clause: list[ClauseText]
    reply: ReplyText = ReplyText()


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause whose conditions were read against the state and the tool."""

    text: ClauseText
    conditions: tuple[Condition, ...]

    def covers(self, call: Call, state: BaseModel) -> bool:
        """Whether it speaks of this call: of all elements of its list, or, where it denies, of any.

        Of an open call, whether it may come to speak of it.
        """
        cap = self.text.cap
        if isinstance(cap, int) and (call.amount is None or call.amount > cap):
            return False
        each = [condition for condition in self.conditions if condition.of_elements]
        if not all(condition.holds(call, state) for condition in self.conditions if not condition.of_elements):
            return False
        if not each:
            return True
        held = (all(condition.holds(call, state, element) for condition in each) for element in call.elements)
        return any(held) if self.text.effect == "deny" else all(held)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What policy says of a call: the effect, the name of the clause (None where no clause covers it), and why."""

    effect: Effect
    clause: str | None
    feedback: str


class Policy:
    """Clauses for tools on a model of the customers' state.

    Raises:
        PolicyError: with all problems at once.
    """

    def __init__(self, text: PolicyText, tools: Sequence[Tool], state: type[BaseModel]) -> None:
        self.tools = {tool.name: tool for tool in tools}
        self.state, self.reply = state, text.reply
        problems = list(self._wrong_slots(text.reply))
        self.clauses: list[Clause] = []
        for clause in text.clause:
            try:
                self.clauses.append(self._read(clause))
            except PolicyError as error:
                problems.append(f"clause {clause.name!r}: {error}")
        names = [clause.name for clause in text.clause]
        problems += [f"two clauses are named {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
        if problems:
            raise PolicyError("The policy can't be used:\n" + "\n".join(f"- {problem}" for problem in problems))

    def judge(self, call: Call, state: BaseModel, has_read: HasRead, has_agreed: HasAgreed = _nobody) -> Verdict:
        """What policy says of a call in this state of the customer, after what was read and agreed to in the case."""
        clauses = [clause for clause in self.clauses if clause.text.tool == call.tool.name]
        for clause in clauses:
            if clause.text.effect == "deny" and clause.covers(call, state):
                return Verdict("deny", clause.text.name, f"clause {clause.text.name!r} denies it")
        covering = [clause for clause in clauses if clause.text.effect != "deny" and clause.covers(call, state)]
        if not covering:
            return Verdict("deny", None, f"no clause allows {call.tool.name!r} here")
        text = covering[0].text
        for names in text.reads:
            if not any(has_read(name, call.arguments) for name in names):
                return Verdict(
                    "deny", text.name, f"clause {text.name!r} needs {' or '.join(map(repr, names))} to be read first"
                )
        if text.confirm and not has_agreed(call.id):
            return Verdict("confirm", text.name, f"clause {text.name!r} needs the customer to agree to it first")
        return Verdict(text.effect, text.name, f"clause {text.name!r}")

    def _wrong_slots(self, reply: ReplyText) -> Iterator[str]:
        for path in reply.slots:
            try:
                field_at(self.state, path)
            except PolicyError as error:
                yield f"reply: {error}"

    def _read(self, text: ClauseText) -> Clause:
        tool = self.tools.get(text.tool)
        if tool is None:
            raise PolicyError(f"there is no tool {text.tool!r}.{did_you_mean(text.tool, self.tools)}")
        if text.cap is not None and not tool.moves_money:
            raise PolicyError(f"it has a cap, but {tool.name!r} moves no money.")
        if text.effect == "deny" and (text.cap is not None or text.needs is not None or text.confirm):
            raise PolicyError("a deny has neither `cap` nor `needs` nor `confirm`; say in `when` what it denies.")
        if text.effect != "deny" and tool.moves_money and text.cap is None:
            raise PolicyError(f'{tool.name!r} moves money; give the clause a cap (or "none").')
        if text.confirm and not tool.writes:
            raise PolicyError(f"{tool.name!r} only reads; nobody need agree to it.")
        if text.needs is not None and not tool.writes:
            raise PolicyError(f"{tool.name!r} only reads, and needs no other read; remove `needs`.")
        if text.effect != "deny" and tool.writes:
            self._check_reads(text, tool)
        return Clause(text, tuple(read_condition(condition, tool, self.state) for condition in text.when))

    def _check_reads(self, text: ClauseText, tool: Tool) -> None:
        if not text.reads:
            raise PolicyError(f"{tool.name!r} writes; `needs` must name a tool that reads, not None.")
        for name in (name for names in text.reads for name in names):
            read = self.tools.get(name)
            if read is None or read.writes:
                raise PolicyError(f"{tool.name!r} writes; `needs` must name a tool that reads, not {name!r}.")
            lacking = [path for argument, path in read.sources.items() if argument not in tool.arguments.model_fields]
            if lists_of(self.state, lacking) or set(read.choices) - set(tool.arguments.model_fields):
                raise PolicyError(f"{read.name!r} takes arguments that {tool.name!r} lacks, so it can't be its read.")


def parse_policy(data: Mapping[str, Any]) -> PolicyText:
    """A policy of plain data.

    Raises:
        PolicyError: it has another shape.
    """
    try:
        return PolicyText.model_validate(data)
    except ValidationError as error:
        raise PolicyError(f"The policy can't be read: {first_problem(error)}.") from error


def read_policy(path: Path) -> PolicyText:
    """A policy.toml.

    Raises:
        PolicyError: it is no TOML, or has another shape.
    """
    try:
        return parse_policy(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{str(path)!r} is no TOML: {error}.") from error
