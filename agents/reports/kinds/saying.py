"""A candidate of the search as a claim: its figures, evidence and words."""

from collections.abc import Sequence

import numpy as np

from fewsight.agents.reports.claims.figures import share_figure
from fewsight.agents.reports.claims.search import Candidate
from fewsight.agents.reports.model import Claim, Direction, EventRef, Why
from fewsight.agents.reports.reading.answered import Answered
from fewsight.agents.reports.words.wording import Labels, claim_words

_EVIDENCE = 5
_BEHAVIOUR = ("channel", "product", "fact", "segment")


def claim_of(one: Candidate, answered: Sequence[Answered], labels: Labels) -> Claim:
    """The claim that a candidate makes; `answered` are the answers by row."""
    assert one.gap is not None
    counts, direction = one.counts, _direction(one)
    share = share_figure(counts.hits, counts.inside)
    others = share_figure(counts.other_hits, counts.outside)
    customers = (counts.inside, counts.outside)
    condition = one.scope.condition
    return Claim(
        statistic=one.statistic,
        scope=condition,
        value=one.gap,
        direction=direction,
        share=share,
        others=others,
        n=counts.inside,
        others_n=counts.outside,
        hits=counts.hits,
        p=counts.p,
        q=one.q,
        money=one.money,
        score=one.score,
        why=_why(one),
        evidence=_evidence(one, answered),
        words=claim_words(one.statistic, condition, direction, (share, others, one.gap), customers, labels),
        like=tuple(one.like),
    )


def _direction(one: Candidate) -> Direction:
    return "more" if one.counts.gap > 0 else "less"


def _why(one: Candidate) -> Why | None:
    """What a model read from texts is its attribution; behaviour is a sign; who somebody is, is no reason."""
    if one.statistic.name == "topic_share":
        return "stated"
    if one.statistic.name != "leaving_share":
        return "attribution"
    return "signs" if one.scope.condition.kind in _BEHAVIOUR else None


def _evidence(one: Candidate, answered: Sequence[Answered]) -> tuple[EventRef, ...]:
    """An event of each of the customers in the scope of whom the statistic tells, where the model was surest."""
    rows = np.flatnonzero(one.told & one.scope.inside).tolist()
    named = [answered[row] for row in rows]
    surest = sorted((answer for answer in named if answer.evidence), key=lambda a: (-a.probability, a.customer))
    return tuple(EventRef(customer=answer.customer, event=answer.evidence[-1]) for answer in surest[:_EVIDENCE])
