"""A segment as a condition of facts that anyone can run: the leaves of a shallow tree, as SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fewsight.agents.segments.cards.model import Rule
from fewsight.agents.segments.privacy import guarded_share
from fewsight.agents.segments.table import ROW, Facts, quoted
from fewsight.statistics.arrays import Codes, Flags

if TYPE_CHECKING:
    import pandas as pd

    from fewsight.agents.segments.clusters.features import Feature

DEPTH: Final = 3


@dataclass(frozen=True, slots=True)
class _Test:
    """A fact at one side of a limit (`<=`, `>`), or with a word or without it; `or_unknown`: or it is not known."""

    feature: "Feature"
    is_above: bool
    limit: float
    or_unknown: bool

    @property
    def sql(self) -> str:
        name = quoted(self.feature.fact)
        if self.feature.kind == "word":
            word = "'" + self.feature.word.replace("'", "''") + "'"
            return f"{name} IS {'NOT ' if self.is_above else ''}DISTINCT FROM {word}"
        if np.isinf(self.limit):  # the tree asks whether it is known
            return f"{name} IS NULL" if self.is_above else f"{name} IS NOT NULL"
        test = f"{name} {'>' if self.is_above else '<='} {self.limit:.4g}"
        return f"({test} OR {name} IS NULL)" if self.or_unknown else test


def rule_sql(features: Sequence["Feature"], frame: "pd.DataFrame", members: Flags, min_size: int) -> str | None:
    """The condition of the leaves that together have the best F1 on a sample; None where no leaf has a member.

    Args:
        features: what may be asked; those of kind 'unknown' are not.
        frame: facts of the sample.
        members: who of the sample is in the segment.
        min_size: the least number of customers of a leaf.
    """
    from sklearn.tree import DecisionTreeClassifier

    asked = [feature for feature in features if feature.kind != "unknown"]
    if not asked or members.all() or not members.any():
        return None
    table = np.column_stack([_column(feature, frame) for feature in asked])
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=min_size, class_weight="balanced", random_state=0)
    tree.fit(table, members)
    leaves = _best_leaves(tree.apply(table), members)
    is_unknown = np.isnan(table).any(axis=0)
    paths = list(_paths(tree.tree_, asked, is_unknown, leaves))
    return " OR ".join(f"({_joined(path)})" if len(paths) > 1 else _joined(path) for path in paths) or None


def measured(facts: Facts, sql: str, segment: int, min_size: int) -> Rule:
    """The condition with coverage and precision, counted by running it on all customers."""
    query = f"""SELECT count(*) FILTER (holds), count(*) FILTER (segment = $1), count(*) FILTER (holds AND segment = $1)
        FROM (SELECT {ROW}, ({sql}) IS TRUE AS holds FROM facts) JOIN assigned USING ({ROW})"""  # noqa: S608 - quoted
    counts = facts.connection.execute(query, [segment]).fetchall()[0]
    held, members, both = map(int, counts)
    return Rule(
        sql=sql,
        coverage=guarded_share(both, members, min_size),
        precision=guarded_share(both, held, min_size),
    )


def _column(feature: "Feature", frame: "pd.DataFrame") -> Any:  # noqa: ANN401 - numbers, NaN where unknown
    if feature.kind == "word":
        return (frame[feature.fact] == feature.word).to_numpy(float)
    return frame[feature.fact].to_numpy(float, na_value=np.nan)


def _best_leaves(leaf_of: Codes, members: Flags) -> set[int]:
    """Leaves from the purest on, as long as F1 grows."""
    leaves = np.unique(leaf_of)
    held = np.array([(leaf_of == leaf).sum() for leaf in leaves])
    right = np.array([members[leaf_of == leaf].sum() for leaf in leaves])
    order = np.argsort(-right / held, kind="stable")
    f1 = 2 * np.cumsum(right[order]) / (np.cumsum(held[order]) + members.sum())
    return {int(leaves[place]) for place in order[: int(f1.argmax()) + 1]}


def _paths(
    tree: Any,  # noqa: ANN401 - sklearn's Tree
    features: Sequence["Feature"],
    is_unknown: Flags,
    leaves: set[int],
) -> Iterator[list[_Test]]:
    def below(node: int) -> set[int]:
        if tree.children_left[node] < 0:
            return {node}
        return below(tree.children_left[node]) | below(tree.children_right[node])

    def walk(node: int, path: list[_Test]) -> Iterator[list[_Test]]:
        if below(node) <= leaves:  # all of it
            yield path
        elif tree.children_left[node] >= 0:
            feature, limit = features[tree.feature[node]], float(tree.threshold[node])
            asks, is_left = bool(is_unknown[tree.feature[node]]), bool(tree.missing_go_to_left[node])
            yield from walk(tree.children_left[node], [*path, _Test(feature, False, limit, asks and is_left)])
            yield from walk(tree.children_right[node], [*path, _Test(feature, True, limit, asks and not is_left)])

    yield from walk(0, [])


def _joined(path: Sequence[_Test]) -> str:
    """Without a limit that a later one of the same fact and side makes needless."""
    later = {(test.feature.fact, test.feature.word, test.is_above, test.or_unknown): test for test in path}
    return " AND ".join(test.sql for test in later.values()) or "TRUE"
