"""What reports of all kinds share: the search, its claims, and counts of what was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fewsight.agents.reports.claims.figures import share_figure
from fewsight.agents.reports.claims.frame import Frame
from fewsight.agents.reports.claims.search import search
from fewsight.agents.reports.kinds.leaving import Leaving, worth_parts
from fewsight.agents.reports.kinds.saying import claim_of
from fewsight.agents.reports.model import Claim, Counts, Figure, Looked, Options, Reason
from fewsight.agents.reports.reading.answered import Answered
from fewsight.agents.reports.reading.study import Study
from fewsight.agents.reports.words.wording import Labels


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search showed."""

    claims: tuple[Claim, ...]
    looked: Looked


def searched(frame: Frame, options: Options, answered: Sequence[Answered], labels: Labels) -> Searched:
    """Search a frame for claims; `answered` are the answers by row."""
    result = search(frame, options.false_discoveries)
    shown = result.kept[: options.most]
    looked = Looked(
        tested=result.tested,
        shown=len(shown),
        not_significant=result.tested - len(result.discoveries),
        alike=result.alike,
        other_side=result.other_side,
        beyond_most=len(result.kept) - len(shown),
        small_groups=frame.small_groups + result.small,
    )
    return Searched(tuple(claim_of(one, answered, labels) for one in shown), looked)


def counts_of(study: Study, leaving: Leaving | None = None, reasons: Sequence[Reason] = ()) -> Counts:
    """Customers of the run by what there is of them."""
    leave = int(leaving.leaves.sum()) if leaving else 0
    unseen = int(leaving.of_reason(leaving.unseen).sum()) if leaving else 0
    return Counts(
        answered=len(study.customers),
        leaving=leave,
        failed=len(study.answers.failed),
        without_answer=study.told.strangers if study.told else None,
        unknown=len(study.customers) - len(study.told.seen) if study.told else 0,
        unseen_reason=unseen,
        hidden_reasons=leave - unseen - sum(reason.customers for reason in reasons),
    )


def share_of(leaving: Leaving) -> Figure:
    """The share that leaves."""
    return share_figure(int(leaving.leaves.sum()), len(leaving.leaves))


def parts_of_run(study: Study, result: Searched) -> dict[str, Any]:
    """The parts that all reports share."""
    return {
        "kind": study.options.kind,
        "run": study.run.name,
        "as_of": study.answers.as_of,
        "task_version": study.answers.task_version,
        "options": study.options,
        "counts": counts_of(study),
        "claims": result.claims,
        "looked": result.looked,
    }


def parts_of(study: Study, leaving: Leaving, reasons: Sequence[Reason], result: Searched) -> dict[str, Any]:
    """The parts that reports about leaving share."""
    return parts_of_run(study, result) | {
        "counts": counts_of(study, leaving, reasons),
        "leaving": share_of(leaving),
        **worth_parts(leaving, study),
        "reasons": tuple(reasons),
    }
