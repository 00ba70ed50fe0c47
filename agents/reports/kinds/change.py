"""A report of change: this run against an earlier one, or a period against the one before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fewsight.agents.reports.claims.figures import share_figure
from fewsight.agents.reports.claims.frame import Frame, Scope
from fewsight.agents.reports.claims.scopes import all_periods, is_long, period_name
from fewsight.agents.reports.kinds.churn import quotable
from fewsight.agents.reports.kinds.common import parts_of, searched, share_of
from fewsight.agents.reports.kinds.leaving import Leaving, reason_parts
from fewsight.agents.reports.model import FEWEST, Condition, Earlier, Options, Reason, Report, Words
from fewsight.agents.reports.quotes.choosing import Collector, masker
from fewsight.agents.reports.reading.answered import Answered, RunAnswers, read_answers
from fewsight.agents.reports.reading.customers import Visit
from fewsight.agents.reports.reading.sources import Sources
from fewsight.agents.reports.reading.study import Study, read_study
from fewsight.agents.reports.words.wording import change_words, label_words
from fewsight.errors import ConfigError, InputError
from fewsight.statistics.arrays import Codes, Flags


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Rows of now and before: the row of the study that each is of, its answer, and whether it is now's."""

    rows: Codes
    answered: tuple[Answered, ...]
    is_now: Flags
    now: str
    before: str


def change_report(sources: Sources, options: Options) -> Report:
    """Search what has changed, of all customers and within groups.

    Raises:
        ConfigError: there is nothing to compare with.
        InputError: a side has fewer than FEWEST customers, or the runs are of other versions of the task.
    """
    study, sides, collector = _read(sources, options)
    for name, count in ((sides.now, int(sides.is_now.sum())), (sides.before, int((~sides.is_now).sum()))):
        if count < FEWEST:
            raise InputError(f"{count} customers stand in {name!r}: no group of fewer than {FEWEST} is shown.")
    labels, leaving = label_words(options.field), Leaving.of(sides.answered, options)
    now = Leaving.of([one for one, new in zip(sides.answered, sides.is_now, strict=True) if new], options)
    before = Leaving.of([one for one, new in zip(sides.answered, sides.is_now, strict=True) if not new], options)
    # Without another run, sides are periods of the newest event: who left was last seen earlier than who stays.
    skips = frozenset[str]() if sources.against else frozenset({"time"})
    worth = study.worth[sides.rows] if study.worth is not None else None
    scopes, small = _scopes(study, sides)
    frame = Frame(
        tuple(study.customers[row] for row in sides.rows),
        leaving.measures(skips),
        scopes,
        small,
        leaving.leaves & sides.is_now,
        worth,
        sides.rows,
    )
    result = searched(frame, options, sides.answered, labels)
    ours = replace(
        study,
        customers=tuple(study.customers[row] for row in sides.rows[sides.is_now]),
        worth=worth[sides.is_now] if worth is not None else None,
        told=None,
    )
    reasons = _with_before(reason_parts(now, ours, collector.quotes() if collector else {}, labels), before)
    return Report(
        **parts_of(ours, now, reasons, result),
        earlier=Earlier(
            now=sides.now,
            before=sides.before,
            customers=len(before.leaves),
            shared=len(sides.rows) - len(np.unique(sides.rows)),
            leaving=share_of(before) if sources.against else None,
        ),
        words=_lead(sides, now, before, sources),
    )


def _read(sources: Sources, options: Options) -> tuple[Study, Sides, Collector | None]:
    """The study of all customers, now's answers first, with the two sides of them."""
    answers = read_answers(sources.run, options.field)
    earlier = read_answers(sources.against, options.field) if sources.against else None
    if earlier is None and sources.histories is None:
        raise ConfigError("A report of change needs --against EARLIER_RUN, or --histories to tell periods.")
    if earlier and earlier.task_version != answers.task_version:
        raise InputError(
            f"The runs answer versions {answers.task_version!r} and {earlier.task_version!r} of the task: they "
            "can't be compared. Run the same version for both."
        )
    collectors: list[Collector] = []

    def visitor(_: RunAnswers, __: object) -> Visit:
        collectors.append(Collector(quotable(answers, options), masker(sources.run)))
        return collectors[0].visit

    union = replace(answers, by_customer=(earlier.by_customer if earlier else {}) | answers.by_customer)
    study = read_study(sources, options, visitor, union)
    sides = _of_runs(study, answers, earlier, sources) if earlier else _of_periods(study, options)
    return study, sides, collectors[0] if collectors else None


def _of_runs(study: Study, answers: RunAnswers, earlier: RunAnswers, sources: Sources) -> Sides:
    assert sources.against is not None
    pairs = [
        (row, side.by_customer[customer], side is answers)
        for side in (answers, earlier)
        for row, customer in enumerate(study.customers)
        if customer in side.by_customer
    ]
    before = sources.against.name
    return _sides(pairs, sources.run.name, before if before != sources.run.name else f"{before} (earlier)")


def _of_periods(study: Study, options: Options) -> Sides:
    assert study.told is not None
    by_quarter = is_long(study.told.newest)
    of_row = {row: period_name(moment, by_quarter) for row, moment in study.told.newest.items()}
    now, before = _periods(list(all_periods(study.told.newest)), list(of_row.values()), options)
    answered = study.answered
    pairs = [(row, answered[row], period == now) for row, period in sorted(of_row.items()) if period in (now, before)]
    return _sides(pairs, now, before)


def _periods(names: Sequence[str], seen: Sequence[str], options: Options) -> tuple[str, str]:
    """The period that is asked for, or the newest with enough customers, and the one before it."""
    enough = [name for name in names if seen.count(name) >= FEWEST]
    for name in (options.period, options.before):
        if name is not None and name not in names:
            raise ConfigError(f"There is no period {name!r}; there are {', '.join(names[-12:])}.")
    now = options.period or (enough[-1] if enough else "")
    if not now:
        raise InputError(f"No period has {FEWEST} customers: there is nothing to compare.")
    place = names.index(now)
    if options.before is None and place == 0:
        raise ConfigError(f"There is no period before {now!r}; name both with --period and --before.")
    before = options.before or names[place - 1]
    if seen.count(before) < FEWEST:
        raise InputError(
            f"{seen.count(before)} customers were last seen in {before}, fewer than {FEWEST}: name "
            "another with --before."
        )
    return now, before


def _sides(pairs: Sequence[tuple[int, Answered, bool]], now: str, before: str) -> Sides:
    rows = np.array([row for row, _, _ in pairs], dtype=np.int64)
    is_now: Flags = np.array([new for _, _, new in pairs], dtype=bool)
    return Sides(rows, tuple(answer for _, answer, _ in pairs), is_now, now, before)


def _scopes(study: Study, sides: Sides) -> tuple[tuple[Scope, ...], int]:
    """Now against before, of everyone and within each group."""
    time = Condition(kind="time", name=sides.before, value=sides.now)
    everyone: Flags = np.ones(len(sides.rows), dtype=bool)
    scopes = [Scope(time, sides.is_now, everyone)]
    groups, small = study.scopes(both_sides=True)
    for group in groups:
        if group.condition.kind != "period":
            within = time.model_copy(update={"within": group.condition})
            scopes.append(Scope(within, sides.is_now, group.inside[sides.rows]))
    return tuple(scopes), small


def _with_before(reasons: Sequence[Reason], before: Leaving) -> tuple[Reason, ...]:
    """Reasons with the share that each had before; None where fewer than FEWEST left then."""
    leave = int(before.leaves.sum())
    if leave < FEWEST:
        return tuple(reasons)
    shares = {one.reason: share_figure(int(before.of_reason(one.reason).sum()), leave) for one in reasons}
    return tuple(one.model_copy(update={"before": shares[one.reason]}) for one in reasons)


def _lead(sides: Sides, now: Leaving, before: Leaving, sources: Sources) -> Words:
    """With another run, both shares of leaving; of periods, who is compared."""
    names, sizes = (sides.now, sides.before), (len(now.leaves), len(before.leaves))
    return change_words(names, sizes, (share_of(now), share_of(before)) if sources.against else None)
