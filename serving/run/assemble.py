"""Answers to insights: validated, E-numbers made real event ids, provenance attached."""

import hashlib
from array import array
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from fewsight import __version__
from fewsight.insight import Insight, Provenance
from fewsight.ledger import Answer
from fewsight.prompts.answer.form import AnswerForm
from fewsight.serving.engines.base import EngineIdentity, Failure
from fewsight.serving.run.prepare import Item

Shares = Mapping[str, Mapping[str, float]]
"""Probabilities by field and label."""


class Assembler:
    """Makes insights of one run's answers.

    Args:
        identity: of the engine that answered.
        adapter: name of the adapter in use, or None.
        as_of: the moment up to which histories are known.
        seed: of the run.
        calibrate: what makes calibrated probabilities of a task's; an answer's labels are its most probable ones.
    """

    def __init__(
        self,
        identity: EngineIdentity,
        adapter: str | None,
        as_of: datetime | None,
        seed: int,
        calibrate: Callable[[str, Shares], Shares] | None = None,
    ) -> None:
        self._calibrate = calibrate
        self._identity, self._adapter, self._as_of, self._seed = identity, adapter, as_of, seed

    def insight(self, item: Item, form: AnswerForm, answer: Answer | Failure) -> Insight:
        """The insight of one answer; its status says whether it can be used."""
        provenance = self._provenance(item, answer if isinstance(answer, Answer) else None)
        base = Insight(item.customer_id, item.task, self._as_of, None, provenance=provenance)
        if isinstance(answer, Failure):
            return replace(base, status="failed", error=answer.error)
        shares = answer.normalised if self._calibrate is None else self._calibrate(item.task, answer.normalised)
        probabilities = _with_marginals(form, shares)
        if answer.error:
            return replace(base, status="invalid", error=answer.error, probabilities=probabilities)
        try:
            parsed = form.parse(answer.text).model_dump(mode="json")
        except ValidationError as error:
            problem = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
            return replace(base, status="invalid", error=problem, probabilities=probabilities)
        unknown = _unknown_refs(form, parsed, item.event_map)
        if unknown:
            problem = f"evidence names {', '.join(unknown)}, and {len(item.event_map)} events were shown"
            return replace(base, status="invalid", error=problem, probabilities=probabilities)
        evidence = _evidence(form, parsed, item.event_map)
        return replace(base, answer=parsed, evidence=evidence, probabilities=probabilities)

    def _provenance(self, item: Item, answer: Answer | None) -> Provenance:
        engine = self._identity
        return Provenance(
            engine=engine.engine,
            engine_version=engine.engine_version,
            model=engine.model,
            model_digest=engine.model_digest,
            adapter=self._adapter,
            dtype=engine.dtype,
            template=item.template,
            task_version=item.template.rpartition(".")[2],
            prompt_digest=hashlib.sha256(array("I", item.prompt.token_ids)).hexdigest()[:16],
            shots=item.shots,
            prompt_tokens=len(item.prompt.token_ids),
            answer_tokens=answer.answer_tokens if answer else 0,
            events_left_out=item.left_out,
            seed=self._seed,
            fewsight_version=__version__,
            warnings=item.warnings,
        )


def _unknown_refs(form: AnswerForm, parsed: Mapping[str, Any], events: Mapping[str, str]) -> list[str]:
    """E-numbers that were not shown; no grammar of ours lets them pass, a foreign server may."""
    return [ref for field in form.open if field.evidence is not None for ref in parsed[field.path] if ref not in events]


def _evidence(form: AnswerForm, parsed: dict[str, Any], events: Mapping[str, str]) -> tuple[str, ...]:
    """Real event ids of the evidence, each once, also put in the answer's place."""
    named: dict[str, None] = {}
    for field in form.open:
        if field.evidence is not None:
            ids = list(dict.fromkeys(events[ref] for ref in parsed[field.path]))
            parsed[field.path] = ids
            named.update(dict.fromkeys(ids))
    return tuple(named)


def _with_marginals(
    form: AnswerForm, probabilities: Mapping[str, Mapping[str, float]]
) -> dict[str, Mapping[str, float]]:
    """Label probabilities, and for each taxonomy those of its categories."""
    result: dict[str, Mapping[str, float]] = {}
    for field in form.closed:
        if field.path not in probabilities:
            continue
        result[field.path] = probabilities[field.path]
        if field.taxonomy is not None:
            marginal: dict[str, float] = {}
            for label, p in probabilities[field.path].items():
                category = label.partition(field.taxonomy.separator)[0]
                marginal[category] = round(marginal.get(category, 0.0) + p, 6)
            result[f"{field.path}.category"] = marginal
    return result
