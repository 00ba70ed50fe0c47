"""A customer's state as a page shows it: single values, lists of rows, and what their money adds up to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from fewsight.agents.copilot.state import is_money
from fewsight.prompts.answer.annotations import kind_of
from fewsight.tables.values.currencies import grouped_money


@dataclass(frozen=True, slots=True)
class Shown:
    """A row: its single values as (name, text), and its lists by name."""

    values: list[tuple[str, str]]
    lists: dict[str, list["Shown"]]

    @property
    def brief(self) -> list[str]:
        """A few of the values without the first: of what is yes or no its name, where it is yes."""
        texts = [name if text == "yes" else text for name, text in self.values[1:] if text not in ("no", "unknown")]
        return texts[:4]

    @property
    def title(self) -> str:
        """The first values, which tell rows apart."""
        return " · ".join(text for _, text in self.values[:2])


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of money over rows, with its formula."""

    words: str
    text: str
    formula: str


def shown(model: BaseModel) -> Shown:
    """A model with everything that is in it."""
    values: list[tuple[str, str]] = []
    lists: dict[str, list[Shown]] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, list):
            lists[name] = [shown(row) if isinstance(row, BaseModel) else Shown([("", str(row))], {}) for row in value]
        elif isinstance(value, BaseModel):
            lists[name] = [shown(value)]
        else:
            marked = is_money(field)
            text = grouped_money(value, marked.currency) if marked and value is not None else _text(value)
            values.append((name.replace("_", " "), text))
    return Shown(values, lists)


def totals(model: BaseModel) -> list[Total]:
    """Sums of every amount that rows of the state have."""
    sums: list[Total] = []
    for path, currency in _amounts(type(model), ""):
        found = list(_at(model, path.split(".")))
        if found and "." in path:
            name = path.rpartition(".")[0].replace(".", " ")
            words = f"{name}: {len(found)}, together"
            sums.append(Total(words, grouped_money(sum(found), currency), f"sum of {path}, as the state has it now"))
    return sums


def _amounts(model: type[BaseModel], before: str) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        marked, core = is_money(field), kind_of(field.annotation).core
        inner = get_args(core)[0] if get_origin(core) is list else core
        if marked:
            yield before + name, marked.currency
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _amounts(inner, f"{before}{name}.")


def _at(place: Any, names: list[str]) -> Iterator[int]:  # noqa: ANN401 - any part of a state
    if isinstance(place, list):
        for row in place:
            yield from _at(row, names)
    elif place is not None and names:
        yield from _at(getattr(place, names[0]), names[1:])
    elif place is not None:
        yield int(place)


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a state
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value)
