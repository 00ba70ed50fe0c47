"""The answer for one customer and one task, with what supports it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Status = Literal["ok", "invalid", "failed"]
"""ok: validated; invalid: the model answered, but not as the schema asks; failed: no answer could be computed."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Under what an answer was computed: enough to compute it again, or to refuse to mix it with others."""

    engine: str
    engine_version: str
    model: str
    model_digest: str
    adapter: str | None
    dtype: str
    template: str
    task_version: str
    prompt_digest: str
    shots: tuple[str, ...]
    prompt_tokens: int
    answer_tokens: int
    events_left_out: int
    seed: int
    fewsight_version: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Insight:
    """A validated answer.

    `answer` holds the task's fields, closed ones first. `evidence` names real event ids. `probabilities` maps each
    closed field (dotted for nested ones) to its labels' normalised probabilities; empty where they were off or where
    the engine can't give them. `error` says why, where `status` is not 'ok'; `answer` is None then.
    """

    customer_id: str
    task: str
    as_of: datetime | None
    answer: Mapping[str, Any] | None
    evidence: tuple[str, ...] = ()
    probabilities: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    provenance: Provenance | None = None
    status: Status = "ok"
    error: str | None = None
