"""Two finished evaluations against each other, from their predictions alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fewsight.errors import ConfigError, InputError, did_you_mean
from fewsight.evals.metrics.base import comparison
from fewsight.evals.predictions import Predictions
from fewsight.evals.predictions.folder import ByTask, read_all
from fewsight.pages.formats import percent
from fewsight.statistics.intervals import Interval, cluster_interval
from fewsight.statistics.margins import detectable_effect, non_inferiority
from fewsight.statistics.paired import holm, permutation_test
from fewsight.statistics.statistic import difference


@dataclass(frozen=True)
class Judged:
    """What a gate says; `shown` is whether all is shown not to be worse, `worse` whether any is shown to be."""

    lines: tuple[str, ...]
    shown: bool
    worse: bool


@dataclass(frozen=True)
class _Both:
    """An arm's answers to a field in both evaluations, on the same rows in the same order."""

    name: str
    first: Predictions
    second: Predictions
    left_out: int

    def gap(self, metric: str) -> Interval:
        """The second's figure less the first's."""
        statistic = comparison(metric)
        return cluster_interval(difference(statistic(self.second), statistic(self.first)), self.first.clusters)

    def wanting(self, metric: str, margin: float) -> tuple[str, ...]:
        """What these rows can't show, where nothing was."""
        statistic = comparison(metric)
        gap = difference(statistic(self.second), statistic(self.first))
        return tuple(f"  {line}" for line in detectable_effect(gap, self.first.clusters, wanted=margin).warnings)


def compare_folders(first: Path, second: Path, metric: str) -> tuple[str, ...]:
    """A line for each arm and field that both evaluations have; p after Holm over all lines.

    Raises:
        FewsightError: a folder is no evaluation, the metric is unknown, or nothing is in both.
    """
    shared, statistic = _shared(first, second, metric, ()), comparison(metric)
    tests = [permutation_test(statistic(one.first), statistic(one.second), one.first.clusters) for one in shared]
    return tuple(
        f"{one.name}: {percent(statistic(one.first).value)} -> {percent(statistic(one.second).value)}, "
        f"{_points(one.gap(metric))}, p = {p:.2g} after Holm's correction, {_rows(one)}"
        for one, p in zip(shared, holm(tests), strict=True)
    )


def judge_folders(baseline: Path, candidate: Path, margin: float, metric: str, arms: Sequence[str]) -> Judged:
    """Whether each arm and field of the candidate is shown not to be worse than `margin` (a share), or to be worse.

    No correction is made for several arms: to show all takes each of them, so that its error does not add up.

    Raises:
        FewsightError: a folder is no evaluation, the metric is unknown, or nothing is in both.
    """
    lines, verdicts = [], set()
    for one in _shared(baseline, candidate, metric, arms):
        gap = one.gap(metric)
        verdict = non_inferiority(gap, margin).verdict
        verdicts.add(verdict)
        lines.append(f"{one.name}: {verdict} by more than {100 * margin:g} points: {_points(gap)}, {_rows(one)}")
        if verdict == "undecided":
            lines += one.wanting(metric, margin)
    return Judged(tuple(lines), verdicts == {"not worse"}, "worse" in verdicts)


def _shared(first: Path, second: Path, metric: str, arms: Sequence[str]) -> list[_Both]:
    comparison(metric)
    one, other = read_all(first), read_all(second)
    known = {arm for fields in one.values() for by_arm in fields.values() for arm in by_arm}
    if unknown := [arm for arm in arms if arm not in known]:
        raise ConfigError(f"{str(first)!r} has no arm {unknown[0]!r}.{did_you_mean(unknown[0], known)}")
    shared = list(_pairs(one, other, arms))
    if not shared:
        raise InputError(f"{str(first)!r} and {str(second)!r} have no arm of the same task and field in common.")
    return shared


def _pairs(one: ByTask, other: ByTask, arms: Sequence[str]) -> Iterator[_Both]:
    for task, fields in one.items():
        for field, by_arm in fields.items():
            for arm, predictions in by_arm.items():
                second = other.get(task, {}).get(field, {}).get(arm)
                if second is not None and (not arms or arm in arms):
                    yield _aligned(f"{task}, {field}, {arm}", predictions, second)


def _aligned(name: str, first: Predictions, second: Predictions) -> _Both:
    """Both on the rows that both have; a row with another given label is another question and is refused."""
    if set(first.labels) != set(second.labels):
        raise InputError(f"{name}: the two evaluations have different labels.")
    by_id = {row.id: row for row in second.rows}
    in_both = [row for row in first.rows if row.id in by_id]
    if not in_both:
        raise InputError(f"{name}: the two evaluations have no row in common.")
    if changed := [row.id for row in in_both if by_id[row.id].gold != row.gold]:
        raise InputError(f"{name}: {len(changed):,} rows have another given label, e.g. {changed[0]!r}.")
    others = [replace(by_id[row.id], customer=row.customer) for row in in_both]
    left_out = len(first) + len(second) - 2 * len(in_both)
    return _Both(name, Predictions(first.labels, tuple(in_both)), Predictions(first.labels, tuple(others)), left_out)


def _points(gap: Interval) -> str:
    return f"{100 * gap.value:+.1f} points ({100 * gap.low:+.1f} to {100 * gap.high:+.1f})"


def _rows(one: _Both) -> str:
    left = f", {one.left_out:,} in only one of them left out" if one.left_out else ""
    return f"{len(one.first):,} rows{left}"
