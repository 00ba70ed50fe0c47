"""Tools: typed Python functions, and the calls of them that a customer's state offers."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from sqlite3 import Connection
from typing import Any, get_type_hints

from pydantic import BaseModel

from fewsight.agents.copilot.state import From, Rows, bindings, field_at, is_money, lists_of, value_at
from fewsight.digest import digest
from fewsight.errors import PolicyError
from fewsight.prompts.answer.annotations import Value, closed_values, kind_of

Arguments = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Act:
    """What a tool is told besides its arguments.

    It reads and writes through `database`, inside the transaction that also logs the call, and must narrow what it
    touches to `customer_id`. `key` is the same whenever the same call is tried again.
    """

    customer_id: str
    key: str
    database: Connection


@dataclass(frozen=True)
class Tool:
    """A function that the copilot may call.

    `sources` says where in the state each argument's values come from, `choices` which ones others have; `money` is
    the argument that is an amount. `description` is the function's docstring.
    """

    name: str
    arguments: type[BaseModel]
    writes: bool
    run: Callable[[Any, Act], BaseModel]
    description: str
    sources: Mapping[str, str]
    choices: Mapping[str, tuple[Value, ...]]
    money: str | None

    def lists(self, state: type[BaseModel]) -> list[str]:
        """Paths of the lists of the state that arguments name a row of.

        Raises:
            PolicyError: an argument's path is not in the state, or its money has another currency there.
        """
        for argument, path in self.sources.items():
            there, here = is_money(field_at(state, path)), is_money(self.arguments.model_fields[argument])
            if here and there != here:
                raise PolicyError(f"Tool {self.name!r}: {argument!r} is {here}, but {path!r} of the state is {there}.")
        return lists_of(state, self.sources.values())


@dataclass(frozen=True)
class Call:
    """One call of a tool, with the rows of the state that its arguments come from."""

    tool: Tool
    arguments: Arguments
    rows: Rows

    @property
    def amount(self) -> int | None:
        """The money that it moves, in minor units; None where the tool moves none."""
        return None if self.tool.money is None else int(self.arguments[self.tool.money] or 0)

    @property
    def id(self) -> str:
        """The same for every call of this tool with these arguments."""
        return call_id(self.tool.name, self.arguments)


def call_id(tool: str, arguments: Arguments) -> str:
    """A digest of a tool's name and the arguments."""
    return digest([tool, dict(arguments)])


def tool(*, writes: bool) -> Callable[[Callable[[Any, Act], BaseModel]], Tool]:
    """Declare a function of (arguments, act) a tool; `writes` where it changes anything.

    Each field of the model of its arguments is marked `From` a path of the state, or has finitely many values.

    Raises:
        PolicyError: an argument is neither, or an amount does not come from the state.
    """
    return lambda run: _declared(run, writes)


def calls(tool: Tool, state: BaseModel) -> Iterator[Call]:
    """All calls that a state offers: its own ids and amounts, in every combination with the other arguments."""
    for rows in bindings(state, tool.lists(type(state))):
        taken = {name: value_at(state, rows, path) for name, path in tool.sources.items()}
        if None in taken.values() or (tool.money and taken[tool.money] <= 0):
            continue
        for values in product(*tool.choices.values()):
            given = taken | dict(zip(tool.choices, values, strict=True))
            yield Call(tool, {name: given[name] for name in tool.arguments.model_fields}, rows)


def find_calls(tool: Tool, arguments: Arguments, state: BaseModel) -> list[Call]:
    """The calls with these arguments: several where they leave open which row of the state is meant.

    The amount may be lower than the state's, where no row has it as it is.
    """
    exact: list[Call] = []
    lowered: list[Call] = []
    for call in calls(tool, state):
        given, most = dict(call.arguments), call.amount
        if tool.money is not None and most is not None:
            amount = arguments.get(tool.money)
            if type(amount) is not int or not 0 < amount <= most:
                continue
            given[tool.money] = amount
        # 1 equals True, and neither may stand for the other.
        if given == dict(arguments) and all(type(given[name]) is type(arguments[name]) for name in given):
            (exact if call.arguments == given else lowered).append(Call(tool, given, call.rows))
    return exact or lowered


def _declared(run: Callable[[Any, Act], BaseModel], writes: bool) -> Tool:
    name, model = run.__name__, _argument_model(run)
    sources, choices = {}, {}
    money = [field for field, info in model.model_fields.items() if is_money(info)]
    for field, info in model.model_fields.items():
        kind = kind_of(info.annotation, info.metadata)
        source = next((mark for mark in kind.marks if isinstance(mark, From)), None)
        values = closed_values(kind.core)
        if source is not None:
            sources[field] = source.path
        elif values is None or field in money:
            raise PolicyError(f"Tool {name!r}: mark {field!r} with From(...), or name its values in a Literal.")
        else:
            choices[field] = (*values, None) if kind.nullable else values
    if len(money) > 1 or (money and not writes):
        raise PolicyError(f"Tool {name!r}: {money} are amounts; a write may move one, and a read none.")
    return Tool(name, model, writes, run, inspect.getdoc(run) or "", sources, choices, next(iter(money), None))


def _argument_model(run: Callable[..., Any]) -> type[BaseModel]:
    hints = get_type_hints(run, include_extras=True)
    names = list(inspect.signature(run).parameters)
    first = hints.get(names[0]) if len(names) == 2 else None
    if not (isinstance(first, type) and issubclass(first, BaseModel)):
        raise PolicyError(
            f"Tool {run.__name__!r}: write it as def {run.__name__}(arguments: A_PYDANTIC_MODEL, act: Act)."
        )
    return first
