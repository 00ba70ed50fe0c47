"""How many claims of reports are true, and how many planted effects they tell, in worlds with effects and without."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.model import Claim, Condition, Options, Report, Statistic
from tests.agents.reports.planted import COLUMNS, EFFECTS, Effect, customers, record, true_gap
from tests.bench.common import Figure

ALL = 10_000
"""More claims than there are, so that ranking hides none."""


def measure(runs: int = 200, size: int = 2000) -> Iterator[Figure]:
    """`runs` worlds of `size` customers with the effects planted, and as many without any."""
    shown = right = real = told = held = 0
    false_shares = 0.0
    for seed in range(runs):
        claims = report_of(size, seed, EFFECTS).claims
        gaps = [true_gap(claim.statistic, claim.scope, EFFECTS) for claim in claims]
        good = sum(claim.value.value * gap > 0 for claim, gap in zip(claims, gaps, strict=True))
        shown, right, real = shown + len(claims), right + good, real + sum(gap != 0 for gap in gaps)
        held += sum(_holds(claim, gap) for claim, gap in zip(claims, gaps, strict=True))
        false_shares += (len(claims) - good) / max(len(claims), 1)
        told += sum(any(tells(claim, effect) for claim in claims) for effect in EFFECTS)
    yield Figure("claims of a world with effects, on average", shown / runs)
    yield Figure("claims that are true (precision)", right / max(shown, 1), ">= 0.95")
    yield Figure("false discoveries, mean over worlds", false_shares / runs, "<= 0.05")
    yield Figure("planted effects that are told (recall)", told / (runs * len(EFFECTS)), ">= 0.80")
    yield Figure("direction right, of claims about a real difference", right / max(real, 1), "1.00")
    yield Figure("intervals of what was picked that hold the true difference", held / max(shown, 1), ">= 0.95")
    empty = sum(bool(report_of(size, 10_000 + seed, ()).claims) for seed in range(runs))
    yield Figure("worlds without effects in which anything is claimed", empty / runs, "<= 0.05")


def _holds(claim: Claim, gap: float) -> bool:
    assert claim.value.low is not None
    assert claim.value.high is not None
    return claim.value.low <= gap <= claim.value.high


def report_of(size: int, seed: int, effects: Sequence[Effect]) -> Report:
    """The report of one world."""
    drawn = customers(size, seed, effects)
    with TemporaryDirectory() as folder:
        run = record(Path(folder) / "run", drawn)
        return build_report(run, [history for history, _ in drawn], options=Options(most=ALL))


def tells(claim: Claim, effect: Effect) -> bool:
    """Whether a claim is that of an effect; of two values, either may be named."""
    name = "reason_share" if effect.reason else "leaving_share"
    scope = claim.scope
    if claim.statistic != Statistic.model_validate({"name": name, "label": effect.reason}):
        return False
    if scope.column != (effect.kind, effect.name):
        return False
    direction = "more" if effect.times > 1 else "less"
    if scope == Condition.model_validate({"kind": effect.kind, "name": effect.name, "value": effect.value}):
        return claim.direction == direction
    return len(COLUMNS[effect.kind, effect.name]) == 2 and claim.direction != direction
