"""The truth as answers of the four tasks, for shots, training rows and evaluations."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

from fewsight.errors import TaskError, did_you_mean
from fewsight.shop.generate import Customer
from fewsight.shop.truth.truth import Finding, TraitTruth

_MOST: Final = 3
_MOST_PERSONA: Final = 5
TASKS: Final = ("intent", "sentiment", "churn_reason", "persona")


def answer(customer: Customer, task: str, language: Literal["en", "zh"] = "en") -> Mapping[str, Any] | None:
    """What a perfect model would answer, in the task's fields, with real event ids as evidence (the newest ones).

    None where the history does not allow an answer: `intent` of a customer who asked nothing. `language` is that of the
    summaries of `churn_reason` and `persona`.

    Raises:
        TaskError: no task of the shop has that name.
    """
    truth = customer.truth
    if task == "intent":
        return {"intent": truth.intent.value, "evidence": list(truth.intent.evidence)} if truth.intent else None
    if task == "sentiment":
        aspects = {name: finding.value for name, finding in truth.aspects.items()}
        return {"overall": truth.sentiment.value, "aspects": aspects, "evidence": _newest(truth.sentiment)}
    if task == "churn_reason":
        reason = truth.churn_reason
        summary = _summaries(language)["reason"][reason.value]
        return {"reason": reason.value, "evidence": _newest(reason), "summary": summary}
    if task == "persona":
        return _persona(customer, language)
    raise TaskError(f"The sample shop knows no truth for the task {task!r}.{did_you_mean(task, TASKS)}")


def _newest(finding: Finding) -> list[str]:
    return list(finding.evidence[-_MOST:])


def _persona(customer: Customer, language: Literal["en", "zh"]) -> dict[str, Any]:
    persona = customer.truth.persona
    traits = {name: {"value": trait.value, "basis": trait.basis} for name, trait in persona.items()}
    strongest = {trait.evidence[-1] for trait in persona.values() if trait.evidence}
    shown = [event.id for event in customer.history.events if event.id in strongest]
    return {**traits, "evidence": shown[-_MOST_PERSONA:], "summary": _portrait(persona, language)}


def _portrait(persona: Mapping[str, TraitTruth], language: Literal["en", "zh"]) -> str:
    words = _summaries(language)
    who = [words[name][persona[name].value] for name in ("activity", "shopping_style", "main_interest", "household")]
    how = [words[name][persona[name].value] for name in ("price_sensitivity", "channel_preference")]
    halves = [
        ", ".join(filter(None, part)) if language == "en" else "，".join(filter(None, part)) for part in (who, how)
    ]
    stop = ". " if language == "en" else "。"
    sentences = [sentence[:1].upper() + sentence[1:] for sentence in halves if sentence]
    return (stop.join(sentences) + stop).strip() if sentences else words["nothing"]["known"]


@lru_cache(maxsize=2)
def _summaries(language: Literal["en", "zh"]) -> dict[str, dict[str, str]]:
    text = files("fewsight.shop.words").joinpath(f"{language}_summaries.toml").read_text(encoding="utf-8")
    return {name: {"unknown": "", **words} for name, words in tomllib.loads(text).items()}
