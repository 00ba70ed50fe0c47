"""A persona as data."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Value = str | int | float | bool


class Fact(BaseModel):
    """What code computed: `formula` is SQL over the facts, or of a fact of the data dictionary its words and SQL.

    `of` has the values that a trait was computed from, by name of the fact.
    """

    kind: Literal["fact"] = "fact"
    value: Value
    unit: str = ""
    formula: str
    of: dict[str, Value | None] = {}


class Inferred(BaseModel):
    """What a model concluded: `confidence` is its probability of the value, None where the run has none.

    `evidence` are the ids of the events that the answer names: of all of its traits together, never none. `unproven`
    says that no evaluation has shown the model to be better than always giving the commonest answer.
    """

    kind: Literal["inferred"] = "inferred"
    value: str
    confidence: float | None
    evidence: list[str]
    unproven: bool


class Unknown(BaseModel):
    """What neither facts nor words tell, and why."""

    kind: Literal["unknown"] = "unknown"
    reason: str


Known = Annotated[Fact | Inferred | Unknown, Field(discriminator="kind")]


class PersonaCard(BaseModel):
    """A customer at a moment: traits by name, and the facts that stand beside them."""

    customer_id: str
    as_of: str
    traits: dict[str, Known]
    facts: dict[str, Fact | Unknown]


class TraitSummary(BaseModel):
    """A trait over all customers.

    `kinds` counts facts, inferred and unknown; `values` the values. `checked` are customers of whom both a fact and
    the model's answer are known in the same words, `agreed` those where they are equal. `proven` says whether the
    model is shown to be better than the commonest answer, None where it was not asked.
    """

    trait: str
    kinds: dict[str, int]
    values: dict[str, int]
    checked: int
    agreed: int
    proven: bool | None


class Summary(BaseModel):
    """All cards of a folder. `proof` says in a sentence where it is known from what models are worth."""

    customers: int
    as_of: str
    task: str
    answered: int
    failed: int
    strangers: int
    proof: str
    formulas: dict[str, str]
    traits: list[TraitSummary]
