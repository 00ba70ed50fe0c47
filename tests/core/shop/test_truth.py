import difflib
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import get_args

import pytest

from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.tasks.churn_reason.model import Output as ChurnReason
from fewsight.prompts.tasks.intent.model import Output as Intent
from fewsight.prompts.tasks.persona.model import Output as Persona
from fewsight.prompts.tasks.sentiment.model import Output as Sentiment
from fewsight.shop import Customer, SampleLanguage, SampleSplit, generate
from fewsight.shop.truth.reading import read_truth
from fewsight.shop.words.phrasings import Phrasing, by_id
from fewsight.shop.words.template import literals


@lru_cache(maxsize=8)
def sample(language: SampleLanguage = "en", split: SampleSplit = "train") -> tuple[Customer, ...]:
    return tuple(generate(2000, seed=5, language=language, split=split))


def said(customer: Customer) -> dict[str, tuple[Phrasing, ...]]:
    return {event: tuple(by_id(name) for name in names) for event, names in customer.truth.phrasings.items()}


def values(customer: Customer) -> Iterator[tuple[str, str]]:
    """All closed fields of the tasks, as the tasks name them."""
    truth = customer.truth
    if truth.intent:
        yield "intent", truth.intent.value
    yield "overall", truth.sentiment.value
    yield from ((f"aspects.{aspect}", finding.value) for aspect, finding in truth.aspects.items())
    yield "reason", truth.churn_reason.value
    for trait, told in truth.persona.items():
        yield f"{trait}.value", told.value
        yield f"{trait}.basis", told.basis


def known() -> dict[str, set[str]]:
    return {
        field.path: set(field.labels)
        for task in (Intent, Sentiment, ChurnReason, Persona)
        for field in closed_fields(task)
    }


@pytest.mark.parametrize("split", get_args(SampleSplit))
@pytest.mark.parametrize("language", get_args(SampleLanguage))
def test_the_truth_answers_the_tasks(language: SampleLanguage, split: SampleSplit) -> None:
    labels = known()
    for customer in sample(language, split)[:300]:
        told = dict(values(customer))
        assert set(labels) - {"intent"} <= set(told)
        assert all(value in labels[path] for path, value in told.items())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_label_occurs_and_none_is_everything(language: SampleLanguage) -> None:
    counts = Counter(pair for customer in sample(language) for pair in values(customer))
    never = {"activity.basis": {"inferred"}}
    for path, labels in known().items():
        for label in labels - never.get(path, set()):
            assert counts[path, label] >= 1, (path, label)
        most = max(counts[path, label] for label in labels) / len(sample(language))
        assert most < 0.93, (path, most)


def evidence(customer: Customer) -> Iterator[tuple[str, str | tuple[str, str], tuple[str, ...]]]:
    """What is claimed, and the events that are said to show it."""
    truth = customer.truth
    if truth.intent:
        yield "intent", truth.intent.value, truth.intent.evidence
    yield "sentiment", truth.sentiment.value, truth.sentiment.evidence
    for aspect, finding in truth.aspects.items():
        yield aspect, finding.value, finding.evidence
    yield "reason", truth.churn_reason.value, truth.churn_reason.evidence
    for trait, told in truth.persona.items():
        yield trait, (told.value, told.basis), told.evidence


def carries(phrasing: Phrasing, claim: str, value: str | tuple[str, str]) -> bool:
    if claim == "intent":
        return phrasing.intent == value
    if claim == "sentiment":
        return phrasing.tone == value or (value == "mixed" and phrasing.tone != "neutral")
    if claim == "reason":
        return phrasing.reason == value
    if claim in phrasing.aspects:
        return value in (phrasing.aspects[claim], "mixed")
    return isinstance(value, tuple) and phrasing.traits.get(claim) == value[0] and phrasing.basis == value[1]


def shown_by_acts(claim: str, value: str | tuple[str, str]) -> bool:
    if claim == "reason":
        return value in ("not_churning", "unknown")
    return isinstance(value, tuple) and (value[1] == "inferred" or claim == "activity")


@pytest.mark.parametrize("language", get_args(SampleLanguage))
def test_evidence_exists_and_its_text_says_so(language: SampleLanguage) -> None:
    checked = 0
    for customer in sample(language):
        events = {event.id: event for event in customer.history.events}
        spoken = said(customer)
        for claim, value, ids in evidence(customer):
            assert list(ids) == [event for event in events if event in ids], (claim, value, ids)
            for event_id in ids:
                found = [p for p in spoken.get(event_id, ()) if carries(p, claim, value)]
                if found:
                    assert any(made_from(events[event_id].text or "", p) for p in found), (events[event_id], found)
                    checked += 1
                elif claim == "sentiment":
                    assert "stars" in events[event_id].attributes
                else:
                    assert shown_by_acts(claim, value), (customer.history.customer_id, claim, value, event_id)
    assert checked > 1000


def made_from(text: str, phrasing: Phrasing) -> bool:
    """Whether most of the phrasing's fixed words are in the text, typing errors and abbreviations aside."""
    if phrasing.language == "zh":
        needed = [c for part in literals(phrasing.parts) for c in part if c.isalnum()]
        return sum(c in text for c in needed) >= 0.6 * len(needed)
    have = re.findall(r"\w+", text.lower().replace("'", ""))
    fixed = " ".join(literals(phrasing.parts)).lower().replace("'", "")
    needed = [word for word in re.findall(r"\w+", fixed) if len(word) > 3]
    hits = sum(word in have or bool(difflib.get_close_matches(word, have, 1, 0.75)) for word in needed)
    return hits >= 0.5 * len(needed)


def test_labels_with_a_reason_have_evidence() -> None:
    for customer in sample():
        truth = customer.truth
        assert truth.churn_reason.evidence or truth.churn_reason.value in ("not_churning", "unknown")
        assert truth.sentiment.evidence or truth.sentiment.value == "neutral"
        assert all(bool(f.evidence) == (f.value != "not_mentioned") for f in truth.aspects.values())
        assert all(bool(t.evidence) == (t.basis != "unknown") for t in truth.persona.values())


def test_the_intent_is_that_of_the_newest_message() -> None:
    for customer in sample():
        written = [e.id for e in customer.history.events if e.kind in ("message", "ticket", "call")]
        if customer.truth.intent:
            assert customer.truth.intent.evidence == (written[-1],)


def test_the_truth_holds_at_the_newest_event_and_at_every_cut() -> None:
    for customer in sample()[:200]:
        history, spoken = customer.history, said(customer)
        newest = history.events[-1].time if history.events else None
        assert read_truth(history.as_of(newest), spoken) == customer.truth
        for event in history.events:
            cut = history.as_of(event.time)
            seen = {e.id for e in cut.events}
            truth = read_truth(cut, spoken)
            assert set(truth.phrasings) <= seen
            assert {i for _, _, ids in evidence(Customer(cut, truth)) for i in ids} <= seen


def test_an_empty_history_says_nothing() -> None:
    truth = next(generate(1, seed=1, events=(0, 0))).truth
    assert truth.intent is None
    assert truth.churn_reason.value == "unknown"
    assert truth.sentiment.value == "neutral"
    assert {trait.value for trait in truth.persona.values()} == {"unknown"}


def test_contradictions_are_noted_and_settled() -> None:
    notes = [note for customer in sample() for note in customer.truth.notes]
    assert any("the order wins" in note for note in notes)
    assert any("the words win" in note for note in notes)
    assert any("acts say more than words" in note for note in notes)
    back = [c for c in sample() if any("the order wins" in note for note in c.truth.notes)]
    assert all(customer.truth.churn_reason.value == "not_churning" for customer in back)


def test_who_left_without_a_word_has_no_known_reason() -> None:
    silent = [c for c in sample() if c.truth.churn_reason.value == "unknown" and c.history.events]
    assert len(silent) > 20
    for customer in silent:
        spoken = [p for phrasings in said(customer).values() for p in phrasings]
        assert not any(p.leaving and p.reason for p in spoken if not customer.truth.notes)
