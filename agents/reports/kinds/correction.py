"""Shares corrected for a model's errors, by customers whose true label is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fewsight.agents.reports.claims.figures import figure
from fewsight.agents.reports.model import FEWEST, Correction, Figure, Options, Reason
from fewsight.agents.reports.reading.study import Study
from fewsight.errors import InputError
from fewsight.statistics.arrays import Codes
from fewsight.statistics.intervals import Interval
from fewsight.statistics.prevalence import Answered as Counted
from fewsight.statistics.prevalence import Prevalence, corrected_prevalence

_LEAVES = "leaves"


@dataclass(frozen=True, slots=True)
class Corrected:
    """The share that leaves, and of those who leave that of each reason; `about` says by how many labels."""

    leaving: Figure
    reasons: Mapping[str, Figure]
    about: Correction

    def parts(self) -> dict[str, Any]:
        """As parts of a report."""
        return {
            "corrected": self.leaving,
            "correction": self.about,
            "prevalence": "corrected by labelled customers",
        }

    def of(self, reasons: Sequence[Reason]) -> tuple[Reason, ...]:
        """Reasons with their corrected shares."""
        return tuple(one.model_copy(update={"corrected": self.reasons.get(one.reason)}) for one in reasons)


def correct(study: Study, options: Options) -> Corrected | None:
    """None where no labels are given.

    Raises:
        InputError: fewer than FEWEST labelled customers have an answer, or none of them leaves or none stays.
    """
    if study.true_labels is None:
        return None
    rows = [row for row, customer in enumerate(study.customers) if customer in study.true_labels]
    truth = [study.true_labels[study.customers[row]] for row in rows]
    leave = sum(label != options.stays for label in truth)
    if len(rows) < FEWEST or leave in (0, len(rows)):
        raise InputError(
            f"{len(rows)} labelled customers have an answer in this run, of whom {leave} leave: correcting takes at "
            f"least {FEWEST}, some who leave and some who stay. Label more, or leave --labels out."
        )
    answers = [one.label for one in study.answered]
    both = _shares([_side(label, options) for label in truth], [_side(one, options) for one in answers], rows, None)
    of_reasons = _shares(truth, answers, rows, options.stays)
    unmeasured = [one.label for one in of_reasons if not one.is_measured and one.counted > 0]
    right = sum(label == answers[row] for row, label in zip(rows, truth, strict=True))
    return Corrected(
        _bounded(next(one for one in both if one.label == _LEAVES).corrected),
        {one.label: _bounded(one.corrected) for one in of_reasons if one.is_measured},
        Correction(customers=len(rows), right=right, unmeasured=len(unmeasured)),
    )


def _side(label: str, options: Options) -> str:
    return label if label == options.stays else _LEAVES


def _shares(truth: Sequence[str], answers: Sequence[str], rows: Sequence[int], without: str | None) -> list[Prevalence]:
    """Corrected shares of all labels, or of all but one of them."""
    labels = sorted({*truth, *answers})
    code = {label: number for number, label in enumerate(labels)}
    counted: Codes = np.array([code[label] for label in answers], dtype=np.int64)
    gold: Codes = np.array([code[label] for label in truth], dtype=np.int64)
    labelled = Counted(counted[list(rows)], np.array(rows, dtype=np.int64))
    everyone = Counted(counted, np.arange(len(counted)))
    among = [label for label in labels if label != without]
    shares = corrected_prevalence(gold, labelled, everyone, labels, among=among)
    return [one for one in shares if one.label != without]


def _bounded(interval: Interval) -> Figure:
    """An interval that holds its figure: percentiles of resamples need not."""
    low, high = min(interval.low, interval.value), max(interval.high, interval.value)
    return figure(replace(interval, low=low, high=high))
