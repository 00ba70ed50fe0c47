"""The answer for one customer and one task, with what supports it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Literal, Self

Status = Literal["ok", "invalid", "failed"]
"""ok: validated; invalid: the model answered, but not as the schema asks; failed: no answer could be computed."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an answer was computed under: enough to compute it again, or to refuse to mix it with others."""

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


# Millions of insights go through `to_dict`: looking the names up once makes it twice as fast.
_ORIGIN: Final = tuple(item.name for item in fields(Provenance))
_origin = attrgetter(*_ORIGIN)


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

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, in the order of an exported row; `as_of` is ISO 8601."""
        origin = self.provenance
        return {
            "customer_id": self.customer_id,
            "task": self.task,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "answer": self.answer,
            "evidence": self.evidence,
            "probabilities": self.probabilities,
            "provenance": dict(zip(_ORIGIN, _origin(origin), strict=True)) if origin else None,
            "status": self.status,
            "error": self.error,
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """The insight of a `to_dict`, also after it went through JSON."""
        origin, moment = row["provenance"], row["as_of"]
        if origin:
            origin = Provenance(**{**origin, "shots": tuple(origin["shots"]), "warnings": tuple(origin["warnings"])})
        return cls(
            customer_id=row["customer_id"],
            task=row["task"],
            as_of=datetime.fromisoformat(moment) if moment else None,
            answer=row["answer"],
            evidence=tuple(row["evidence"]),
            probabilities=row["probabilities"],
            provenance=origin,
            status=row["status"],
            error=row["error"],
        )

    def _repr_html_(self) -> str:
        """A readable card in notebooks."""
        return _cards[0](self)


# Pages stand above insights and import them. So this module imports no page; the package, which is imported before any
# of its modules, says here what draws the card.
_cards: "list[Callable[[Insight], str]]" = []


def draw_cards_with(renderer: "Callable[[Insight], str]") -> None:
    """Let `renderer` make the HTML by which notebooks show an insight."""
    _cards[:] = [renderer]
