"""What parts over facts read of a history: columns of numbers, from facts and from the profile."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from fewsight.events import CustomerHistory, Scalar

if TYPE_CHECKING:
    import numpy as np

    from fewsight.customer_facts import FactOptions

PROFILE: Final = "profile."
"""Opens the name of a column of the profile; other columns are facts."""

MOST_VALUES: Final = 20
"""Different texts of a column up to which each has a column of its own; a column with more is left out."""

Raw = dict[str, list[Scalar | None]]
"""Values by column, a place for each history."""


@dataclass(frozen=True)
class FactColumns:
    """Columns that were chosen from training rows.

    `fitted` is what facts took over from them, as plain data. `numbers` are columns of numbers; `texts` have the values
    that become a column of 0 and 1 each.
    """

    fitted: Mapping[str, Any]
    numbers: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns of `read`, in their order."""
        return (*self.numbers, *(f"{name}={value}" for name, values in self.texts.items() for value in values))

    def read(self, histories: Sequence[CustomerHistory]) -> "np.ndarray":
        """Float64 of shape [histories, names]; NaN for numbers that are not known."""
        from fewsight.customer_facts import FactOptions, Fitted

        return self._matrix(_raw(histories, FactOptions(fitted=Fitted.from_dict(self.fitted)))[0])

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        texts = {name: list(values) for name, values in self.texts.items()}
        return {"fitted": dict(self.fitted), "numbers": list(self.numbers), "texts": texts}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `as_dict` wrote."""
        texts = {name: tuple(values) for name, values in data["texts"].items()}
        return cls(data["fitted"], tuple(data["numbers"]), texts)

    def _matrix(self, raw: Raw) -> "np.ndarray":
        import numpy as np

        rows = len(next(iter(raw.values()), []))
        unknown: list[Scalar | None] = [None] * rows
        columns = [[_number(value) for value in raw.get(name, unknown)] for name in self.numbers]
        for name, values in self.texts.items():
            columns += [[float(str(cell) == value) for cell in raw.get(name, unknown)] for value in values]
        return np.array(columns, dtype=np.float64).reshape(len(columns), rows).T


def learn_columns(
    histories: Sequence[CustomerHistory], days: int, *, models_alone: bool = False
) -> "tuple[FactColumns, np.ndarray]":
    """Columns that differ among training rows, and their values; those of models of buying alone on demand.

    Args:
        histories: of the training rows, each cut at its moment.
        days: how far expected orders look ahead.
        models_alone: only probability alive, expected orders, values and spend.
    """
    from fewsight.customer_facts import FactOptions

    raw, fitted, of_models = _raw(histories, FactOptions(days=days))
    if models_alone:
        raw = {name: values for name, values in raw.items() if name in of_models}
    numbers, texts = [], {}
    for name, values in raw.items():
        known = {value for value in values if value is not None}
        if len(known) + (None in values) < 2:
            continue
        if all(_number(value) == _number(value) for value in known):
            numbers.append(name)
        elif len(words := sorted({str(value) for value in known})) <= MOST_VALUES:
            texts[name] = tuple(words)
    columns = FactColumns(fitted, tuple(numbers), texts)
    return columns, columns._matrix(raw)


def _raw(histories: Sequence[CustomerHistory], options: "FactOptions") -> tuple[Raw, dict[str, Any], set[str]]:
    """Facts and profiles, what facts took over, and which of them are of models."""
    from fewsight.customer_facts import open_facts

    raw: Raw = {}
    with open_facts(iter(histories), options) as table:
        for batch in table.batches():
            for fact in table.facts:
                raw.setdefault(fact.name, []).extend(batch[fact.name].to_pylist())
        fitted, of_models = table.fitted.as_dict(), {fact.name for fact in table.facts if fact.over == "model"}
    for name in _profile_columns(histories):
        raw[PROFILE + name] = [_cell(history.profile.get(name)) for history in histories]
    return raw, fitted, of_models


def _profile_columns(histories: Iterable[CustomerHistory]) -> list[str]:
    return list(dict.fromkeys(name for history in histories for name in history.profile))


def _cell(value: Scalar | None) -> Scalar | None:
    return None if isinstance(value, str) and not value.strip() else value


def _number(value: Scalar | None) -> float:
    """NaN for what is no number."""
    try:
        return float("nan") if value is None else float(value)
    except ValueError:
        return float("nan")
