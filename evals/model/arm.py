"""What an arm is, and what it took."""

from typing import Literal

from fewsight.evals.model.figure import Part

Group = Literal["baseline", "encoder", "prompt", "adapter", "given", "cascade", "fused"]
"""What arms are compared as: the best of each group is set against the best of the others. Where costs are not
known the order counts: from the cheapest on, and what is made of others after them."""


class Cost(Part):
    """What an arm took on the test rows: computed ones only, so that answers from the ledger count as when they were
    computed. `price_per_1000` is of 1,000 customers; `training_seconds` and `labels` are what it took beforehand.
    """

    prompt_tokens: int = 0
    computed_tokens: int = 0
    answer_tokens: int = 0
    seconds: float | None = None
    memory_mb: float | None = None
    price_per_1000: float | None = None
    labels: int = 0
    training_seconds: float | None = None


class ArmPart(Part):
    """One way to answer. `family` groups arms that differ in the number of labels only, for learning curves."""

    name: str
    kind: Group
    family: str
    description: str
    cost: Cost
    invalid: int = 0
    failed: int = 0
    notes: tuple[str, ...] = ()
