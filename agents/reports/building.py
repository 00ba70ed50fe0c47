"""From a run, with its table and facts, to a report."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fewsight.agents.reports.answered import RunAnswers, read_answers
from fewsight.agents.reports.customers import Told, read_customers
from fewsight.agents.reports.facts import read_fact_groups
from fewsight.agents.reports.figures import mean_figure, share_figure
from fewsight.agents.reports.frame import Frame
from fewsight.agents.reports.model import FEWEST, Counts, Looked, Options, Period, Quote, Reason, Report, Why
from fewsight.agents.reports.quotes import Piece, candidates, choose, piece_of
from fewsight.agents.reports.saying import claim_of
from fewsight.agents.reports.scopes import all_periods, is_long, period_groups, period_name, scopes_of
from fewsight.agents.reports.search import search
from fewsight.agents.reports.wording import Labels, label_words, lead_words, reason_words
from fewsight.errors import InputError
from fewsight.events import CustomerHistory
from fewsight.masking import CustomerKeys, Pseudonymizer, detectors
from fewsight.statistics.arrays import Flags, Floats


def build_report(
    run: Path,
    histories: Iterable[CustomerHistory] | None = None,
    facts: Path | None = None,
    options: Options | None = None,
) -> Report:
    """A churn report of a run's folder; the same input gives the same report.

    Args:
        run: the folder that `fewsight run` wrote.
        histories: the table of the run, as it was given to it; without it there are no quotes, periods and money, and
            no scopes but those of facts.
        facts: a file that `fewsight facts` wrote.
        options: which field, and how much is shown.

    Raises:
        InputError: the run has answers of fewer than FEWEST customers, or does not fit the table or the facts.
        LedgerError: there is no ledger, or it is damaged.
    """
    options = options or Options()
    answers = read_answers(run, options.field)
    if len(answers.by_customer) < FEWEST:
        raise InputError(
            f"{len(answers.by_customer)} customers of the run in {str(run)!r} have an answer: a report shows no "
            f"group of fewer than {FEWEST}. Run it for more customers."
        )
    customers = sorted(answers.by_customer)
    rows = {customer: row for row, customer in enumerate(customers)}
    keys = CustomerKeys.of_run(run)
    quotable = _quotable(answers, options)
    told = None
    if histories is not None:
        kept = {customer for names in quotable.values() for customer in names}
        told = read_customers(histories, answers, rows, keys, options.stays, kept)
        if not told.seen:
            raise InputError(f"No customer of the run in {str(run)!r} is in the table; name the table of the run.")
    groups, numbers = dict(told.groups) if told else {}, dict(told.numbers) if told else {}
    if facts is not None:
        more, columns = read_fact_groups(facts, rows, keys, options.field.partition(".")[0])
        groups, numbers = groups | more, numbers | columns
    groups |= period_groups(told.newest) if told else {}
    scopes, small = scopes_of(groups, numbers, len(customers))
    reasons = np.array([answers.by_customer[customer].label for customer in customers], dtype=object)
    leaving: Flags = reasons != options.stays
    currency, worth = _worth(told, len(customers))
    frame = Frame(tuple(customers), reasons, leaving, worth, options.unseen, tuple(scopes), small)
    quotes = _quotes(run, answers, told, quotable) if told else {}
    return _report(run, options, answers, frame, told, currency, quotes)


def _quotable(answers: RunAnswers, options: Options) -> dict[str, list[str]]:
    """By reason that is shown, whose words may be quoted."""
    counts = Counter(
        one.label for one in answers.by_customer.values() if one.label not in (options.stays, options.unseen)
    )
    shown = sorted((label for label, count in counts.items() if count >= FEWEST), key=lambda one: (-counts[one], one))
    return {label: candidates(a for a in answers.by_customer.values() if a.label == label) for label in shown}


def _worth(told: Told | None, customers: int) -> tuple[str | None, Floats | None]:
    """The commonest currency ('' where none is named), and what each customer bought in it."""
    if told is None or not told.bought:
        return None, None
    currency = max(sorted(told.bought), key=lambda name: len(told.bought[name]))
    worth: Floats = np.zeros(customers)
    for row, amount in told.bought[currency].items():
        worth[row] = amount
    return currency, worth


def _quotes(
    run: Path, answers: RunAnswers, told: Told, quotable: Mapping[str, list[str]]
) -> dict[str, tuple[Quote, ...]]:
    mask = masker(run)
    pieces: dict[str, list[Piece]] = {}
    for reason, names in quotable.items():
        histories = [told.histories[name] for name in names if name in told.histories]
        known = [name for name in names if name in told.histories]
        both = zip(known, histories, strict=True)
        found = [piece_of(answers.by_customer[name], mask.mask(history).history) for name, history in both]
        pieces[reason] = [piece for piece in found if piece is not None]
    return choose(pieces)


def masker(run: Path) -> Pseudonymizer:
    """What masked the run's histories; quotes are masked also where the run was not.

    Raises:
        InputError: `run.json` can't be read.
    """
    path = run / "run.json"
    try:
        frozen: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r} can't be read: {error}.") from error
    return Pseudonymizer(detectors=detectors(presidio=bool(frozen.get("presidio", False))))


def _report(
    run: Path,
    options: Options,
    answers: RunAnswers,
    frame: Frame,
    told: Told | None,
    currency: str | None,
    quotes: Mapping[str, tuple[Quote, ...]],
) -> Report:
    labels = label_words(options.field)
    result = search(frame, options.false_discoveries)
    shown = result.kept[: options.most]
    leaving, customers = int(frame.leaving.sum()), len(frame.customers)
    reasons = _reasons(frame, told, quotes, labels)
    share, unseen = share_figure(leaving, customers), int(frame.of_reason(options.unseen).sum())
    worth = frame.worth[frame.leaving] if frame.worth is not None and leaving >= FEWEST else None
    return Report(
        run=run.name,
        as_of=answers.as_of,
        task_version=answers.task_version,
        options=options,
        counts=Counts(
            answered=customers,
            leaving=leaving,
            failed=len(answers.failed),
            without_answer=told.strangers if told else None,
            unknown=customers - len(told.seen) if told else 0,
            unseen_reason=unseen,
            hidden_reasons=leaving - unseen - sum(reason.customers for reason in reasons),
        ),
        leaving=share,
        currency=currency,
        worth=int(worth.sum()) if worth is not None else None,
        worth_each=mean_figure(worth) if worth is not None else None,
        reasons=reasons,
        claims=tuple(claim_of(one, frame, answers, labels) for one in shown),
        periods=_periods(frame, told),
        looked=Looked(
            tested=result.tested,
            shown=len(shown),
            not_significant=result.tested - len(result.discoveries),
            alike=result.alike,
            other_side=result.other_side,
            beyond_most=len(result.kept) - len(shown),
            small_groups=frame.small_groups + result.small,
        ),
        words=lead_words(leaving, customers, share),
    )


def _reasons(
    frame: Frame, told: Told | None, quotes: Mapping[str, tuple[Quote, ...]], labels: Labels
) -> tuple[Reason, ...]:
    """Reasons that at least FEWEST customers have, the commonest first."""
    leaving, shown = int(frame.leaving.sum()), []
    for reason in frame.shown_reasons():
        rows = frame.of_reason(reason)
        count = int(rows.sum())
        ways = Counter(told.why[row] for row in np.flatnonzero(rows).tolist() if row in told.why) if told else Counter()
        known: dict[Why, int] = {way: ways[way] for way in ("stated", "signs", "attribution")} if told else {}
        shown.append(
            Reason(
                reason=reason,
                words=reason_words(reason, labels),
                customers=count,
                share=share_figure(count, leaving),
                known=known,
                worth=int(frame.worth[rows].sum()) if frame.worth is not None else None,
                quotes=quotes.get(reason, ()),
            )
        )
    return tuple(shown)


def _periods(frame: Frame, told: Told | None) -> tuple[Period, ...]:
    """Every period from the first newest event to the last."""
    if told is None:
        return ()
    by_quarter = is_long(told.newest)
    leaving, seen = Counter[str](), Counter[str]()
    for row, moment in told.newest.items():
        name = period_name(moment, by_quarter)
        seen[name] += 1
        leaving[name] += bool(frame.leaving[row])
    return tuple(
        Period(name=name, leaving=leaving[name] if seen[name] >= FEWEST else None, few=0 < seen[name] < FEWEST)
        for name in all_periods(told.newest)
    )
