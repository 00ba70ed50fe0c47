"""A run with all that is known of its customers, by row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fewsight.agents.reports.claims.frame import Scope
from fewsight.agents.reports.claims.scopes import period_groups, scopes_of
from fewsight.agents.reports.model import FEWEST, Condition, Options
from fewsight.agents.reports.reading.answered import Answered, RunAnswers, read_answers
from fewsight.agents.reports.reading.customers import Told, Visit, read_customers
from fewsight.agents.reports.reading.facts import read_fact_groups
from fewsight.agents.reports.reading.labels import read_labels
from fewsight.agents.reports.reading.segments import read_segments
from fewsight.agents.reports.reading.sources import Sources
from fewsight.errors import InputError
from fewsight.masking import CustomerKeys
from fewsight.statistics.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Customers in the order of their ids, one row each: their answers, groups and money.

    `groups` are rows by condition, `numbers` are columns of numbers by row. `segments` are the groups of the file of
    segments. `worth` is what each bought in `currency`, in minor units. `true_labels` are those that are known, by
    customer; None where no file of labels is given.
    """

    run: Path
    options: Options
    answers: RunAnswers
    customers: tuple[str, ...]
    told: Told | None
    groups: dict[Condition, list[int]]
    numbers: dict[Condition, dict[int, float]]
    segments: dict[Condition, list[int]]
    currency: str | None
    worth: Floats | None
    true_labels: Mapping[str, str] | None = None

    @property
    def answered(self) -> tuple[Answered, ...]:
        """The answers by row."""
        return tuple(self.answers.by_customer[customer] for customer in self.customers)

    def scopes(self, *, both_sides: bool = False) -> tuple[list[Scope], int]:
        """All groups that are not small, and how many were small; as `scopes_of`."""
        periods = period_groups(self.told.newest) if self.told else {}
        return scopes_of(
            self.groups | self.segments | periods, self.numbers, len(self.customers), both_sides=both_sides
        )


def read_study(
    sources: Sources,
    options: Options,
    visitor: Callable[[RunAnswers, Mapping[Condition, list[int]]], Visit] | None = None,
    answers: RunAnswers | None = None,
) -> Study:
    """Read everything once.

    Args:
        sources: the files.
        options: which field counts.
        visitor: gets the answers and the segments' rows, and returns what looks at each history.
        answers: those to count, where they are not simply those of the run.

    Raises:
        InputError: the run has answers of fewer than FEWEST customers, or does not fit the table or a file.
        LedgerError: there is no ledger, or it is damaged.
    """
    answers = answers or read_answers(sources.run, options.field)
    if len(answers.by_customer) < FEWEST:
        raise InputError(
            f"{len(answers.by_customer)} customers of the run in {str(sources.run)!r} have an answer: a report shows "
            f"no group of fewer than {FEWEST}. Run it for more customers."
        )
    customers = tuple(sorted(answers.by_customer))
    rows = {customer: row for row, customer in enumerate(customers)}
    keys = CustomerKeys.of_run(sources.run)
    segments = read_segments(sources.segments, rows, keys) if sources.segments else {}
    told = None
    if sources.histories is not None:
        visit = visitor(answers, segments) if visitor else _nothing
        told = read_customers(sources.histories, answers, rows, keys, options.stays, visit)
        if not told.seen:
            raise InputError(
                f"No customer of the run in {str(sources.run)!r} is in the table; name the table of the run."
            )
    groups, numbers = dict(told.groups) if told else {}, dict(told.numbers) if told else {}
    if sources.facts is not None:
        more, columns = read_fact_groups(sources.facts, rows, keys, options.field.partition(".")[0])
        groups, numbers = groups | more, numbers | columns
    currency, worth = _worth(told, len(customers))
    truth = read_labels(sources.labels, options.field, keys) if sources.labels else None
    return Study(sources.run, options, answers, customers, told, groups, numbers, segments, currency, worth, truth)


def _nothing(answer: Answered, history: object) -> None:
    """Look at nothing."""


def _worth(told: Told | None, customers: int) -> tuple[str | None, Floats | None]:
    """The commonest currency ('' where none is named), and what each customer bought in it."""
    if told is None or not told.bought:
        return None, None
    currency = max(sorted(told.bought), key=lambda name: len(told.bought[name]))
    worth: Floats = np.zeros(customers)
    for row, amount in told.bought[currency].items():
        worth[row] = amount
    return currency, worth
