"""A report of segments: of each, who leaves and why, what they bought and say; and where segments differ."""

from collections.abc import Mapping

import numpy as np

from fewsight.agents.reports.claims.figures import share_figure
from fewsight.agents.reports.claims.frame import Frame
from fewsight.agents.reports.claims.scopes import scopes_of
from fewsight.agents.reports.kinds.common import parts_of, searched, share_of
from fewsight.agents.reports.kinds.leaving import Leaving, reason_parts
from fewsight.agents.reports.model import FEWEST, Condition, Options, Quote, Report, SegmentPart
from fewsight.agents.reports.quotes.choosing import Collector, masker
from fewsight.agents.reports.quotes.pieces import candidates
from fewsight.agents.reports.reading.answered import RunAnswers
from fewsight.agents.reports.reading.customers import Visit
from fewsight.agents.reports.reading.sources import Sources
from fewsight.agents.reports.reading.study import Study, read_study
from fewsight.agents.reports.words.wording import Labels, label_both, label_words, lead_words
from fewsight.errors import ConfigError
from fewsight.statistics.arrays import Flags

_REASONS = 5


def segment_report(sources: Sources, options: Options) -> Report:
    """Search the segments alone.

    Raises:
        ConfigError: no segments are given.
    """
    if sources.segments is None:
        raise ConfigError("A report of segments needs --segments DIR, which `fewsight segments` writes.")
    collectors: list[Collector] = []

    def visitor(answers: RunAnswers, segments: Mapping[Condition, list[int]]) -> Visit:
        collectors.append(Collector(_quotable(answers, segments, options), masker(sources.run)))
        return collectors[0].visit

    study = read_study(sources, options, visitor)
    labels, leaving = label_words(options.field), Leaving.of(study.answered, options)
    scopes, small = scopes_of(study.segments, {}, len(study.customers))
    frame = Frame(study.customers, leaving.measures(), tuple(scopes), small, leaving.leaves, study.worth)
    result = searched(frame, options, study.answered, labels)
    quotes = collectors[0].quotes() if collectors else {}
    reasons = reason_parts(leaving, study, {}, labels)
    return Report(
        **parts_of(study, leaving, reasons, result),
        segments=_parts(study, leaving, quotes, labels),
        words=lead_words(int(leaving.leaves.sum()), len(study.customers), share_of(leaving)),
    )


def _quotable(
    answers: RunAnswers, segments: Mapping[Condition, list[int]], options: Options
) -> Mapping[str, list[str]]:
    """By segment, the customers who leave and may be quoted."""
    customers = sorted(answers.by_customer)
    return {
        condition.value or "": candidates(
            answer
            for row in rows
            if (answer := answers.by_customer[customers[row]]).label not in (options.stays, options.unseen)
        )
        for condition, rows in segments.items()
        if len(rows) >= FEWEST
    }


def _parts(
    study: Study, leaving: Leaving, quotes: Mapping[str, tuple[Quote, ...]], labels: Labels
) -> tuple[SegmentPart, ...]:
    """The segments of at least FEWEST customers, the largest first."""
    parts = []
    for condition, rows in sorted(study.segments.items(), key=lambda item: -len(item[1])):
        if len(rows) < FEWEST:
            continue
        inside: Flags = np.zeros(len(study.customers), dtype=bool)
        inside[rows] = True
        name, leave = condition.value or "", int((leaving.leaves & inside).sum())
        reasons = leaving.shown_reasons(inside)[:_REASONS]
        worth = study.worth[inside & leaving.leaves] if study.worth is not None and leave >= FEWEST else None
        parts.append(
            SegmentPart(
                segment=name,
                customers=len(rows),
                leaving=share_figure(leave, len(rows)),
                worth=int(worth.sum()) if worth is not None else None,
                reasons=tuple(
                    (
                        label_both(reason, labels),
                        share_figure(int((leaving.of_reason(reason) & inside).sum()), leave),
                    )
                    for reason in reasons
                ),
                quotes=quotes.get(name, ()),
            )
        )
    return tuple(parts)
