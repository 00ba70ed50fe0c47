"""A first look at the labelled moments: enough cases, no column that tells the answer, and the bins of numbers."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from fewsight.errors import InputError, did_you_mean
from fewsight.events import CustomerHistory
from fewsight.outcomes.bins import Values
from fewsight.outcomes.labelled import Plan, Tally, labelled_moments
from fewsight.outcomes.outcome import YES
from fewsight.outcomes.sides import Side
from fewsight.outcomes.telling import Telltales

_NAMED: Final = 8


@dataclass
class Look:
    """What a first pass over the histories tells.

    `rows` and `cases` count labelled moments by side; a case is a yes, or a value above 0. `values` are those of the
    training rows.
    """

    tally: Tally = field(default_factory=Tally)
    rows: Counter[Side] = field(default_factory=Counter)
    cases: Counter[Side] = field(default_factory=Counter)
    values: Values = field(default_factory=Values)
    tells: Telltales = field(default_factory=Telltales)


def look(histories: Iterable[CustomerHistory], plan: Plan, keep: Collection[str]) -> Look:
    """Go through all histories once, in bounded memory.

    Args:
        histories: all customers.
        plan: how they are labelled.
        keep: columns of profiles that are known to hold nothing of later.

    Raises:
        InputError: no row can be labelled or learned from, all have the same answer, spend names no currency where
            orders do, or a column tells the outcome.
    """
    seen = Look()
    for row in labelled_moments(histories, plan, seen.tally):
        is_case = row.value > 0 if plan.outcome.is_number else plan.outcome.answer(row.value) == YES
        seen.rows[row.side] += 1
        seen.cases[row.side] += is_case
        if row.side == "train":
            seen.values.add(row.value)
        if row.is_newest:
            shown = {name: value for name, value in row.history.profile.items() if name not in keep}
            seen.tells.look(shown, is_case, row.moment)
    if problems := list(_problems(seen, plan)):
        raise InputError(
            f"{plan.outcome} can't be predicted from this table:" + "".join(f"\n  - {one}" for one in problems)
        )
    return seen


def _problems(seen: Look, plan: Plan) -> Iterator[str]:
    outcome, tally = plan.outcome, seen.tally
    rows, cases = seen.rows.total(), seen.cases.total()
    if unknown := sorted(plan.without - tally.columns):
        yield f"there is no column {unknown[0]!r} of profiles.{did_you_mean(unknown[0], tally.columns)}"
    yield from _strange_columns(plan, tally)
    if unknown := [kind for kind in at.kinds if kind not in tally.kinds] if (at := plan.windows.at) else []:
        yield f"nobody is asked at {unknown[0]!r}: {_no_kind(unknown[0], tally)}"
    elif not rows:
        why = ", ".join(f"{count:,} times {reason}" for reason, count in tally.left_out.most_common())
        yield f"of {tally.customers:,} customers none can be asked at any moment ({why or 'no events'})"
    elif not seen.rows["train"]:
        yield f"{rows:,} rows and none of them to learn from; choose other shares, or give more moments"
    elif cases in (0, rows):
        yield f"all {rows:,} rows have the same answer ({'no' if not cases else 'every'} case); {_kinds(plan, tally)}"
    elif seen.cases["train"] in (0, seen.rows["train"]):
        yield f"all {seen.rows['train']:,} training rows have the same answer; choose other shares or another seed"
    if outcome.happens == "spend" and outcome.currency is None and (named := [c for c in tally.currencies if c]):
        yield f"orders name currencies; write one of {', '.join(sorted(named))}, as in 'spend in 90 days ({named[0]})'"
    for column, why in seen.tells.telling():
        yield (
            f"the profile column {column!r} seems to know the outcome: {why}. Leave it out (--without {column}), or "
            f"keep it where it was known at the moment (--keep {column})"
        )


def _kinds(plan: Plan, tally: Tally) -> str:
    kind, known = plan.outcome.kind, tally.kinds
    if kind in known:
        return f"{known[kind]:,} events are of the kind {kind!r}; take another horizon"
    return _no_kind(kind, tally)


def _no_kind(kind: str, tally: Tally) -> str:
    known = [name for name, _ in tally.kinds.most_common(_NAMED)]
    return f"no event is of the kind {kind!r}.{did_you_mean(kind, known)}"


def _strange_columns(plan: Plan, tally: Tally) -> Iterator[str]:
    """Columns that no event has at which customers are asked."""
    at = plan.windows.at
    if at is None or not tally.asked_columns:
        return
    named = [*at.only, *([plan.outcome.same] if plan.outcome.same else [])]
    known = {*tally.asked_columns, "channel", "product"}
    for name in dict.fromkeys(named):
        if name not in known:
            kinds = " or ".join(map(repr, at.kinds))
            yield f"no event of the kind {kinds} has a column {name!r}.{did_you_mean(name, known)}"
