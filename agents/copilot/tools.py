"""Tools: typed Python functions, and the calls of them that a customer's state offers."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from sqlite3 import Connection
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from fewsight.agents.copilot.state import From, Rows, Said, bindings, field_at, is_money, lists_of, value_at
from fewsight.digest import digest
from fewsight.errors import PolicyError
from fewsight.prompts.answer.annotations import Value, closed_values, kind_of

Arguments = Mapping[str, Any]
"""Values by argument; of the argument that is a list, a list of its elements, which are such mappings themselves."""


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
class Listed:
    """An argument that is a list: where its elements' fields come from, and which of them is an amount."""

    name: str
    sources: Mapping[str, str]
    money: str | None


@dataclass(frozen=True)
class Element:
    """One element that a list may have, with the rows that it comes from."""

    values: Mapping[str, Value]
    rows: Rows


@dataclass(frozen=True)
class Tool:
    """A function that the copilot may call.

    `sources` says where in the state each argument's values come from, `choices` which ones others have; `money` is
    the argument that is an amount, `said` are those that the customer must have written, and `listed` is the one that
    is a list. `description` is the function's docstring.
    """

    name: str
    arguments: type[BaseModel]
    writes: bool
    run: Callable[[Any, Act], BaseModel]
    description: str
    sources: Mapping[str, str]
    choices: Mapping[str, tuple[Value, ...]]
    money: str | None
    said: frozenset[str] = frozenset()
    listed: Listed | None = None

    @property
    def moves_money(self) -> bool:
        """Whether an argument, or one of a list's elements, is an amount."""
        return self.money is not None or (self.listed is not None and self.listed.money is not None)

    def lists(self, state: type[BaseModel]) -> list[str]:
        """Paths of the lists of the state that arguments name a row of; elements of a list name others below them.

        Raises:
            PolicyError: an argument's path is not in the state, or its money has another currency there.
        """
        for argument, path in self.sources.items():
            there, here = is_money(field_at(state, path)), is_money(self.arguments.model_fields[argument])
            if here and there != here:
                raise PolicyError(f"Tool {self.name!r}: {argument!r} is {here}, but {path!r} of the state is {there}.")
        return lists_of(state, self.sources.values())

    def element_lists(self, state: type[BaseModel]) -> list[str]:
        """Paths of the lists that elements name a row of, and other arguments do not; outer ones first.

        Raises:
            PolicyError: an element's path is not in the state, or goes through no further list.
        """
        if self.listed is None:
            return []
        own = self.lists(state)
        further = [path for path in lists_of(state, self.listed.sources.values()) if path not in own]
        if not further:
            raise PolicyError(f"Tool {self.name!r}: {self.listed.name!r} names no row of a further list of the state.")
        return further


@dataclass(frozen=True)
class Call:
    """One call of a tool, with the rows of the state that its arguments come from, and those of each element."""

    tool: Tool
    arguments: Arguments
    rows: Rows
    elements: tuple[Element, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether its list has no element yet: it stands for all calls that have some."""
        return self.tool.listed is not None and not self.elements

    def with_elements(self, elements: Sequence[Element]) -> "Call":
        """The call whose list has these elements."""
        assert self.tool.listed is not None
        given = dict(self.arguments) | {self.tool.listed.name: [dict(element.values) for element in elements]}
        return Call(self.tool, given, self.rows, tuple(elements))

    @property
    def amount(self) -> int | None:
        """The money that it moves, in minor units; None where the tool moves none."""
        if not self.tool.moves_money:
            return None
        own = 0 if self.tool.money is None else int(self.arguments[self.tool.money] or 0)
        listed = self.tool.listed
        if listed is None or listed.money is None:
            return own
        return own + sum(int(element.values[listed.money] or 0) for element in self.elements)

    @property
    def id(self) -> str:
        """The same for every call of this tool with these arguments."""
        return call_id(self.tool.name, self.arguments)


def call_id(tool: str, arguments: Arguments) -> str:
    """A digest of a tool's name and the arguments."""
    return digest([tool, dict(arguments)])


def tool(*, writes: bool) -> Callable[[Callable[[Any, Act], BaseModel]], Tool]:
    """Declare a function of (arguments, act) a tool; `writes` where it changes anything.

    Each field of the model of its arguments is marked `From` a path of the state, or has finitely many values; one of
    them may be a list of a model whose fields are all marked `From`.

    Raises:
        PolicyError: an argument is neither, or an amount does not come from the state.
    """
    return lambda run: _declared(run, writes)


def calls(tool: Tool, state: BaseModel) -> Iterator[Call]:
    """All calls that a state offers: its own ids and amounts, in every combination with the other arguments.

    Those of a tool with a list are open: `element_groups` has what their lists may hold.
    """
    for rows in bindings(state, tool.lists(type(state))):
        taken = {name: value_at(state, rows, path) for name, path in tool.sources.items()}
        if None in taken.values() or (tool.money and taken[tool.money] <= 0):
            continue
        for values in product(*tool.choices.values()):
            given = taken | dict(zip(tool.choices, values, strict=True))
            if tool.listed is not None:
                given[tool.listed.name] = []
            yield Call(tool, {name: given[name] for name in tool.arguments.model_fields}, rows)


def element_groups(call: Call, state: BaseModel) -> list[list[Element]]:
    """What the list of an open call may hold: at most one element of each group, which all name the same row.

    That row is the one of the outermost further list: an item is changed once, to one of its variants.
    """
    assert call.tool.listed is not None
    lists = call.tool.element_lists(type(state))
    groups: dict[int, list[Element]] = {}
    for rows in bindings(state, lists, call.rows):
        values = {name: value_at(state, rows, path) for name, path in call.tool.listed.sources.items()}
        if None not in values.values():
            groups.setdefault(id(rows[lists[0]]), []).append(Element(values, rows))
    return list(groups.values())


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
        elements: tuple[Element, ...] = ()
        if tool.listed is not None:
            elements = _found_elements(call, arguments.get(tool.listed.name), state)
            if not elements:
                continue
            given[tool.listed.name] = [dict(element.values) for element in elements]
        if _same(given, arguments, tool):
            (exact if elements or call.arguments == given else lowered).append(Call(tool, given, call.rows, elements))
    return exact or lowered


def _same(given: Arguments, arguments: Arguments, tool: Tool) -> bool:
    """Whether they are the same values; 1 equals True, and neither may stand for the other."""
    if set(given) != set(arguments):
        return False
    plain = [name for name in given if tool.listed is None or name != tool.listed.name]
    return all(given[name] == arguments[name] and type(given[name]) is type(arguments[name]) for name in plain)


def _found_elements(call: Call, wanted: Any, state: BaseModel) -> tuple[Element, ...]:  # noqa: ANN401 - from outside
    """The elements of these values in the order of the state, each group taken once; none where one is not there."""
    if not isinstance(wanted, list) or not wanted:
        return ()
    left, taken = list(wanted), []
    for group in element_groups(call, state):
        element = next((one for one in group if dict(one.values) in left), None)
        if element is not None:
            left.remove(dict(element.values))
            taken.append(element)
    return () if left else tuple(taken)


def _declared(run: Callable[[Any, Act], BaseModel], writes: bool) -> Tool:
    name, model = run.__name__, _argument_model(run)
    sources, choices, said = {}, {}, set()
    listed: Listed | None = None
    money = [field for field, info in model.model_fields.items() if is_money(info)]
    for field, info in model.model_fields.items():
        kind = kind_of(info.annotation, info.metadata)
        source = next((mark for mark in kind.marks if isinstance(mark, From)), None)
        values = closed_values(kind.core)
        if any(isinstance(mark, Said) for mark in kind.marks):
            said.add(field)
        if source is not None:
            sources[field] = source.path
        elif get_origin(kind.core) is list and listed is None:
            listed = _listed(name, field, get_args(kind.core)[0])
            money += [listed.money] if listed.money else []
        elif values is None or field in money:
            raise PolicyError(f"Tool {name!r}: mark {field!r} with From(...), or name its values in a Literal.")
        else:
            choices[field] = (*values, None) if kind.nullable else values
    if len(money) > 1 or (money and not writes):
        raise PolicyError(f"Tool {name!r}: {money} are amounts; a write may move one, and a read none.")
    if listed and not writes:
        raise PolicyError(f"Tool {name!r}: {listed.name!r} is a list, and only writes may have one.")
    own = next((field for field in money if field in model.model_fields), None)
    about = inspect.getdoc(run) or ""
    return Tool(name, model, writes, run, about, sources, choices, own, frozenset(said), listed)


def _listed(tool: str, field: str, element: Any) -> Listed:  # noqa: ANN401 - any annotation
    if not (isinstance(element, type) and issubclass(element, BaseModel)):
        raise PolicyError(f"Tool {tool!r}: the elements of {field!r} must be a Pydantic model.")
    sources = {}
    for name, info in element.model_fields.items():
        source = next((m for m in kind_of(info.annotation, info.metadata).marks if isinstance(m, From)), None)
        if source is None:
            raise PolicyError(f"Tool {tool!r}: mark {name!r} of the elements of {field!r} with From(...).")
        sources[name] = source.path
    money = [name for name, info in element.model_fields.items() if is_money(info)]
    if len(money) > 1:
        raise PolicyError(f"Tool {tool!r}: {money} are amounts of one element; it may have one.")
    return Listed(field, sources, next(iter(money), None))


def _argument_model(run: Callable[..., Any]) -> type[BaseModel]:
    hints = get_type_hints(run, include_extras=True)
    names = list(inspect.signature(run).parameters)
    first = hints.get(names[0]) if len(names) == 2 else None
    if not (isinstance(first, type) and issubclass(first, BaseModel)):
        raise PolicyError(
            f"Tool {run.__name__!r}: write it as def {run.__name__}(arguments: A_PYDANTIC_MODEL, act: Act)."
        )
    return first
