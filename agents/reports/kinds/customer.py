"""A page about one customer: what was answered, how they stand against all others, and what happened last."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from fewsight.agents.reports.actions.catalogue import read_catalogue
from fewsight.agents.reports.claims.frame import Frame
from fewsight.agents.reports.kinds.churn import churn_frame
from fewsight.agents.reports.kinds.common import parts_of_run, searched
from fewsight.agents.reports.kinds.leaving import Leaving
from fewsight.agents.reports.model import (
    CustomerPart,
    EventRef,
    Given,
    Happened,
    Options,
    Report,
    Standing,
    Suggested,
)
from fewsight.agents.reports.quotes.choosing import masker
from fewsight.agents.reports.quotes.pieces import first_words
from fewsight.agents.reports.reading.answered import Answered
from fewsight.agents.reports.reading.customers import has_own_words, why_of
from fewsight.agents.reports.reading.sources import Sources
from fewsight.agents.reports.reading.study import Study, read_study
from fewsight.agents.reports.words.wording import customer_words, label_both, label_words
from fewsight.answers import label_text, labelled_values
from fewsight.errors import ConfigError, did_you_mean
from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight
from fewsight.ledger import Ledger
from fewsight.masking import CustomerKeys, Pseudonymizer

_EVENTS: Final = 12
_FACTS: Final = 15


@dataclass
class _Seen:
    """Takes the history of one customer."""

    customer: str
    mask: Pseudonymizer
    history: CustomerHistory = field(default_factory=lambda: CustomerHistory(""))

    def visit(self, answer: Answered, history: CustomerHistory) -> None:
        """Keep it, masked, where it is theirs."""
        if answer.customer == self.customer:
            self.history = self.mask.mask(history).history


def customer_report(sources: Sources, options: Options) -> Report:
    """Everything about one customer; claims are those of a churn report about groups that they belong to.

    Raises:
        ConfigError: no customer is named, or the run has no answer of them.
    """
    if options.customer is None:
        raise ConfigError("A report about one customer needs --customer ID.")
    name = CustomerKeys.of_run(sources.run).of(options.customer)
    seen = _Seen(name, masker(sources.run))
    study = read_study(sources, options, lambda *_: seen.visit)
    if name not in study.customers:
        guess = did_you_mean(name, list(study.customers))
        raise ConfigError(f"The run in {str(sources.run)!r} has no answer of customer {options.customer!r}.{guess}")
    row, labels = study.customers.index(name), label_words(options.field)
    answer = study.answered[row]
    result = searched(_of_groups(study, row, options), options, study.answered, labels)
    return Report(
        **parts_of_run(study, result),
        currency=study.currency,
        customer=CustomerPart(
            customer=name,
            first=min((event.time for event in seen.history.events if event.time), default=None),
            newest=seen.history.newest,
            events=len(seen.history.events),
            bought=int(study.worth[row]) if study.worth is not None else None,
            answers=tuple(_given(sources, name, seen.history)),
            standing=tuple(_standing(study, row)),
            happened=tuple(_happened(event, name) for event in reversed(seen.history.events[-_EVENTS:])),
            suggested=tuple(_suggested(sources, answer)),
        ),
        words=customer_words(name, label_both(answer.label, labels), answer.probability),
    )


def _of_groups(study: Study, row: int, options: Options) -> Frame:
    """A churn report's frame, with the groups alone that the customer belongs to."""
    frame = churn_frame(study, Leaving.of(study.answered, options))
    scopes = tuple(scope for scope in frame.scopes if scope.inside[row])
    return Frame(frame.customers, frame.measures, scopes, 0, frame.weighed, frame.worth)


def _given(sources: Sources, customer: str, history: CustomerHistory) -> Iterator[Given]:
    with Ledger.open(sources.run, read_only=True) as ledger:
        newest = {one.task: one for one in ledger.insights() if one.customer_id == customer and one.status == "ok"}
    for task, insight in newest.items():
        for path, value in labelled_values(insight.answer or {}, insight.probabilities).items():
            if isinstance(value, str | bool | int) and _is_label(insight, path):
                label = label_text(value)
                yield Given(
                    task=task,
                    field=path,
                    words=label_both(label, label_words(f"{task}.{path}")),
                    probability=insight.probabilities.get(path, {}).get(label),
                    why=why_of(Answered(customer, label, 0.0, insight.evidence, insight.as_of), history),
                    evidence=tuple(EventRef(customer=customer, event=event) for event in insight.evidence[:3]),
                )


def _is_label(insight: Insight, path: str) -> bool:
    """Whether a value is a label, not words that were written; what is not spoken of is left out."""
    value: Any = labelled_values(insight.answer or {}, insight.probabilities).get(path)
    is_scored = path in insight.probabilities or (not insight.probabilities and isinstance(value, str))
    return is_scored and len(str(value)) <= 60 and value != "not_mentioned"


def _standing(study: Study, row: int) -> Iterator[Standing]:
    """Numbers of facts and the profile, those first in which the customer is furthest from the middle."""
    parts = []
    for condition, by_row in study.numbers.items():
        if row not in by_row:
            continue
        others = np.array([value for other, value in by_row.items() if other != row])
        above = (
            float(((others < by_row[row]).sum() + (others == by_row[row]).sum() / 2) / len(others))
            if len(others)
            else None
        )
        parts.append(Standing(name=condition.name, value=by_row[row], above=above))
    yield from sorted(parts, key=lambda one: (-abs((0.5 if one.above is None else one.above) - 0.5), one.name))[:_FACTS]


def _happened(event: Event, customer: str) -> Happened:
    text, is_cut = first_words(event.text) if event.text and has_own_words(event) else (None, False)
    return Happened(
        source=EventRef(customer=customer, event=event.id),
        date=event.time.date().isoformat() if event.time else "",
        kind=event.kind,
        channel=event.channel,
        product=event.product,
        amount=event.amount,
        currency=event.currency,
        text=text,
        is_cut=is_cut,
    )


def _suggested(sources: Sources, answer: Answered) -> Iterator[Suggested]:
    catalogue = read_catalogue(sources.actions)
    for entry in catalogue.action:
        if entry.about([answer.label]):
            yield Suggested(
                id=entry.id, kind=entry.kind, words=entry.words, each=entry.each, currency=catalogue.currency
            )
