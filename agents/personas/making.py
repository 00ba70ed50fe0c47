"""The card of one customer, from a row of facts and the answer of a model."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fewsight.agents.personas.model import Fact, Inferred, Known, PersonaCard, Unknown, Value
from fewsight.agents.personas.proof import Proof
from fewsight.agents.personas.traits import Computed
from fewsight.agents.segments.table import CUSTOMER

TRAIT: Final = "trait: "
"""Before the name of a computed trait in a row, so that no fact has the same name."""

UNKNOWN: Final = "unknown"
HEAD: Final = (
    "orders_count", "order_recency_days", "tenure_days", "gap_median_days", "discount_share", "return_share",
    "alive_probability", "spend_*_minor", "order_mean_*_minor", "expected_spend_*_minor",
)  # fmt: skip
"""Facts that stand on every card, where the table has them."""


@dataclass(frozen=True)
class Maker:
    """What cards are made by: computed traits, facts to show with their dictionary, and what is proven of a model."""

    as_of: str
    computed: Sequence[Computed]
    shown: Sequence[str]
    about: Mapping[str, Mapping[str, Any]]
    proof: Proof

    def card(self, row: Mapping[str, Any], status: str | None, answer: Mapping[str, Any]) -> PersonaCard:
        """The card of a row: facts first, then what the model concluded of the rest.

        Args:
            row: facts by name, and computed traits by TRAIT and their name; None or NaN where they are not known.
            status: of the customer's insight; None where there is none.
            answer: its answer, evidence and probabilities; empty where it is not valid.
        """
        traits: dict[str, Known] = {}
        for one in self.computed:
            if (value := _plain(row[TRAIT + one.trait])) is not None:
                of = {name: _plain(row[name]) for name in one.of}
                traits[one.trait] = Fact(value=value, formula=one.sql, of=of)
        for trait, path in {**{one.trait: "" for one in self.computed}, **told_traits(answer)}.items():
            if trait not in traits:
                traits[trait] = self._inferred(path, answer, status)
        return PersonaCard(
            customer_id=str(row[CUSTOMER]),
            as_of=self.as_of,
            traits=traits,
            facts={name: self._fact(name, row[name]) for name in self.shown},
        )

    def _inferred(self, path: str, answer: Mapping[str, Any], status: str | None) -> Inferred | Unknown:
        if not path:
            return Unknown(reason=_silence(status))
        value = label_at(answer["answer"], path)
        if value == UNKNOWN:
            return Unknown(reason="neither facts nor words tell it")
        if not answer["evidence"]:
            return Unknown(reason="the model names no event for what it says")
        confidence = answer["probabilities"].get(path, {}).get(value)
        return Inferred(
            value=value,
            confidence=confidence,
            evidence=list(answer["evidence"]),
            unproven=path not in self.proof.fields,
        )

    def _fact(self, name: str, value: Any) -> Fact | Unknown:  # noqa: ANN401 - a cell
        entry, plain = self.about.get(name, {}), _plain(value)
        if plain is None:
            return Unknown(reason=str(entry.get("unknown") or "not known"))
        formula = " = ".join(str(entry[key]) for key in ("words", "sql") if entry.get(key))
        return Fact(value=plain, unit=str(entry.get("unit", "")), formula=formula)


def label_at(answer: Mapping[str, Any], path: str) -> str:
    """A label of an answer by its path.

    >>> label_at({"household": {"value": "couple", "basis": "fact"}}, "household.value")
    'couple'
    """
    name, _, part = path.partition(".")
    return str(answer[name][part] if part else answer[name])


def told_traits(answer: Mapping[str, Any]) -> dict[str, str]:
    """The traits of an answer with the paths of their labels; sentences of the model are none."""
    paths, probabilities = {}, answer.get("probabilities") or {}
    for name, value in (answer.get("answer") or {}).items():
        if isinstance(value, Mapping) and isinstance(value.get("value"), str):
            paths[name] = f"{name}.value"
        elif isinstance(value, str) and (name in probabilities or (not probabilities and " " not in value)):
            paths[name] = name
    return paths


def _silence(status: str | None) -> str:
    if status is None:
        return "the facts do not tell it, and the model was not asked"
    return "the facts do not tell it, " + ("nor does the model" if status == "ok" else "and the model's answer failed")


def _plain(value: Any) -> Value | None:  # noqa: ANN401 - a cell of pandas or DuckDB
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float):
        return int(value) if value == int(value) else round(value, 4)
    return value if isinstance(value, str | bool | int) else str(value)
