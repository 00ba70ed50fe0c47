"""From a run, with its table and files, to a report."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from fewsight.agents.reports.kinds.change import change_report
from fewsight.agents.reports.kinds.churn import churn_report
from fewsight.agents.reports.kinds.customer import customer_report
from fewsight.agents.reports.kinds.segment import segment_report
from fewsight.agents.reports.kinds.voice import voice_report
from fewsight.agents.reports.model import Kind, Options, Report
from fewsight.agents.reports.reading.sources import Sources
from fewsight.events import CustomerHistory

_KINDS: Final[Mapping[Kind, Callable[[Sources, Options], Report]]] = {
    "churn": churn_report,
    "segment": segment_report,
    "change": change_report,
    "voice": voice_report,
    "customer": customer_report,
}


def build_report(
    run: Path,
    histories: Iterable[CustomerHistory] | None = None,
    facts: Path | None = None,
    options: Options | None = None,
    *,
    segments: Path | None = None,
    against: Path | None = None,
    labels: Path | None = None,
    actions: Path | None = None,
    topics: Path | None = None,
    is_check: bool = False,
) -> Report:
    """A report of a run's folder; the same input gives the same report.

    Args:
        run: the folder that `fewsight run` wrote.
        histories: the table of the run, as it was given to it; without it there are no quotes, periods and money, and
            no scopes but those of facts and segments.
        facts: a file that `fewsight facts` wrote.
        options: which kind and field, and how much is shown.
        segments: a folder that `fewsight segments` wrote.
        against: an earlier run's folder, for a report of change.
        labels: customers whose true label is known: shares are corrected by them.
        actions: a catalogue of actions; ours where it is None.
        topics: a registry of topics that earlier reports found, for one of voices; it is written, or made.
        is_check: write nothing.

    Raises:
        InputError: the run has answers of fewer than FEWEST customers, or does not fit the table or a file.
        LedgerError: there is no ledger, or it is damaged.
    """
    options = options or Options()
    sources = Sources(run, histories, facts, segments, against, labels, actions, topics, is_check)
    return _KINDS[options.kind](sources, options)
