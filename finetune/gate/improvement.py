"""Whether a trained model is shown to be better than its base, on the same held-back rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from fewsight.adapter_manifest import AdapterManifest
from fewsight.prompts.labelled import GoldRow, groups_of

LEVEL: Final = 0.05
"""A p-value above this does not show a difference."""

FACT: Final = "improvement"
"""Where a manifest keeps it, among the facts of the training."""


@dataclass(frozen=True, slots=True)
class PairedRows:
    """Held-back rows of a task that give a label, and whether base and trained model choose all their labels."""

    rows: Sequence[GoldRow]
    base: Sequence[bool]
    trained: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Improvement:
    """The trained model's share of right rows less the base model's, with its 95 % limits and a two-sided p-value."""

    difference: float
    low: float
    high: float
    p: float
    rows: int

    @property
    def is_shown(self) -> bool:
        """Whether the trained model is better, and chance alone would hardly make it look so."""
        return self.difference > 0 and self.p <= LEVEL


def improvements(pairs: Mapping[str, PairedRows]) -> dict[str, Improvement]:
    """Of each task that has rows; p-values are Holm's over the tasks.

    Rows of one customer, or with one text, are swapped together in the permutation test.
    """
    from fewsight.statistics.paired import holm

    single = {task: _improvement(pair) for task, pair in pairs.items() if pair.rows}
    adjusted = holm([one.p for one in single.values()])
    return {task: replace(one, p=round(p, 6)) for (task, one), p in zip(single.items(), adjusted, strict=True)}


def improvement_fact(shown: Mapping[str, Improvement]) -> dict[str, dict[str, float]]:
    """As plain data, for a manifest."""
    return {task: asdict(one) for task, one in shown.items()}


def improvements_of(manifest: AdapterManifest) -> dict[str, Improvement]:
    """What a manifest says; nothing of one that was written before this was measured."""
    fact = manifest.training.get(FACT)
    return {task: Improvement(**one) for task, one in fact.items()} if isinstance(fact, dict) else {}  # type: ignore[arg-type]


def improvement_lines(manifest: AdapterManifest) -> Iterator[str]:
    """A sentence for each task."""
    for task, one in improvements_of(manifest).items():
        verdict = "better than" if one.is_shown else "not shown to be better than"
        yield (
            f"{task}: {verdict} the base model on {one.rows:,} held-back rows "
            f"({100 * one.difference:+.1f} points, 95 % {100 * one.low:+.1f} to {100 * one.high:+.1f}, p = {one.p:.2g})"
        )


def _improvement(pair: PairedRows) -> Improvement:
    import numpy as np

    from fewsight.statistics.paired import compare_all
    from fewsight.statistics.statistic import share

    clusters = np.zeros(len(pair.rows), dtype=np.int64)
    for number, group in enumerate(groups_of(pair.rows)):
        clusters[group] = number
    every = np.ones(len(pair.rows), dtype=bool)
    flags = {"trained": np.array(pair.trained, dtype=bool), "base": np.array(pair.base, dtype=bool)}
    (compared,) = compare_all({name: share(right, every) for name, right in flags.items()}, clusters)
    gap = compared.difference
    return Improvement(round(gap.value, 4), round(gap.low, 4), round(gap.high, 4), compared.p, len(pair.rows))
