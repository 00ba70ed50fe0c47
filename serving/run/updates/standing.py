"""Whose answers still stand after the table has grown, by what the ledger knows of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fewsight.events import CustomerHistory
from fewsight.ledger import Ledger
from fewsight.ledger.versions import Newest
from fewsight.serving.run.answerer.opinions import history_digest
from fewsight.serving.run.prepare import Preparer
from fewsight.serving.run.updates.silence import moment_holds


@dataclass
class Customers:
    """What an update found of customers: `gone` are those who have answers and are no longer in the table; None where
    `--limit` kept the run from reading all of it. They keep their answers.
    """

    unchanged: int = 0
    changed: int = 0
    new: int = 0
    gone: int | None = None

    def settle_gone(self, known: int) -> None:
        """Count those of `known` customers, who had answers before, that were not in the table."""
        self.gone = known - self.unchanged - self.changed


@dataclass(frozen=True)
class Standing:
    """Finds the answers that stand, and counts customers.

    An answer stands if its customer's moment holds (see `moment_holds`) and the history up to it, as the model may see
    it, is what it was made from. A failed one does not stand.

    Args:
        ledger: of the run; the results of `series` (run, arm, seed) count.
        preparer: of the run.
        now: the moment up to which the run knows its table.
    """

    ledger: Ledger
    series: tuple[str, str, int]
    preparer: Preparer
    now: datetime | None
    customers: Customers = field(default_factory=Customers)

    def among(
        self, histories: Sequence[CustomerHistory], keys: Mapping[str, str], tasks: Sequence[str]
    ) -> dict[str, set[str]]:
        """By task, the customers (ids of the table) whose answers stand. `keys` are their keys in the ledger."""
        standing: dict[str, set[str]] = {task: set() for task in tasks}
        for history in histories:
            known = self.ledger.newest(*self.series, keys[history.customer_id])
            whole = self._whole(history, {task: one for task, one in known.items() if task in standing})
            for task in whole:
                standing[task].add(history.customer_id)
            self._count(bool(known), len(whole) == len(tasks))
        return standing

    def _whole(self, history: CustomerHistory, known: Mapping[str, Newest]) -> list[str]:
        """The tasks whose answers stand."""
        seen: dict[datetime | None, str] = {}
        for moment in {one.as_of for one in known.values()}:
            if moment_holds(history, moment, self.now):
                seen[moment] = history_digest(self.preparer.mask(history, moment).history)
        return [
            task for task, one in known.items() if one.status != "failed" and one.history == seen.get(one.as_of, "")
        ]

    def _count(self, is_known: bool, stands: bool) -> None:
        if not is_known:
            self.customers.new += 1
        elif stands:
            self.customers.unchanged += 1
        else:
            self.customers.changed += 1


def combined_customers(counts: Iterable[Customers | None]) -> Customers | None:
    """The counts of the groups of one call: of the one that had most to ask, since all read the same customers."""
    told = [one for one in counts if one is not None]
    return max(told, key=lambda one: one.changed + one.new, default=None)
