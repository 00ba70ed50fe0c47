"""A churn report: why customers leave, who they are, what they are worth, and what they say."""

from collections import Counter
from collections.abc import Mapping, Sequence

from fewsight.agents.reports.actions.catalogue import read_catalogue
from fewsight.agents.reports.actions.planning import Reached, plan
from fewsight.agents.reports.claims.frame import Frame
from fewsight.agents.reports.kinds.common import parts_of, searched, share_of
from fewsight.agents.reports.kinds.correction import correct
from fewsight.agents.reports.kinds.leaving import Leaving, period_parts, reason_parts
from fewsight.agents.reports.model import FEWEST, Action, Options, Reason, Report
from fewsight.agents.reports.quotes.choosing import Collector, masker
from fewsight.agents.reports.quotes.pieces import candidates
from fewsight.agents.reports.reading.answered import RunAnswers
from fewsight.agents.reports.reading.customers import Visit
from fewsight.agents.reports.reading.sources import Sources
from fewsight.agents.reports.reading.study import Study, read_study
from fewsight.agents.reports.words.wording import label_words, lead_words


def churn_report(sources: Sources, options: Options) -> Report:
    """Search all groups of the run's customers."""
    collectors: list[Collector] = []

    def visitor(answers: RunAnswers, _: object) -> Visit:
        collectors.append(Collector(quotable(answers, options), masker(sources.run)))
        return collectors[0].visit

    study = read_study(sources, options, visitor)
    labels, leaving = label_words(options.field), Leaving.of(study.answered, options)
    quotes = collectors[0].quotes() if collectors else {}
    reasons = reason_parts(leaving, study, quotes, labels)
    corrected = correct(study, options)
    if corrected is not None:
        reasons = corrected.of(reasons)
    result = searched(churn_frame(study, leaving), options, study.answered, labels)
    return Report(
        **parts_of(study, leaving, reasons, result),
        periods=period_parts(leaving, study),
        actions=_actions(study, reasons, sources),
        **corrected.parts() if corrected else {},
        words=lead_words(int(leaving.leaves.sum()), len(study.customers), share_of(leaving)),
    )


def churn_frame(study: Study, leaving: Leaving) -> Frame:
    """Leaving and its reasons, over all groups."""
    scopes, small = study.scopes()
    return Frame(study.customers, leaving.measures(), tuple(scopes), small, leaving.leaves, study.worth)


def quotable(answers: RunAnswers, options: Options) -> Mapping[str, list[str]]:
    """By reason that is shown, whose words may be quoted."""
    counts = Counter(
        one.label for one in answers.by_customer.values() if one.label not in (options.stays, options.unseen)
    )
    shown = sorted((label for label, count in counts.items() if count >= FEWEST), key=lambda one: (-counts[one], one))
    return {label: candidates(a for a in answers.by_customer.values() if a.label == label) for label in shown}


def _actions(study: Study, reasons: Sequence[Reason], sources: Sources) -> tuple[Action, ...]:
    """What the catalogue has for the reasons that are shown."""
    reached = {one.reason: Reached(one.customers, one.worth) for one in reasons}
    return plan(read_catalogue(sources.actions), reached, study.currency)
