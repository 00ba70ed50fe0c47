"""What a run says to a question: figures of a group, each with its interval, and a chart."""

from dataclasses import dataclass

import numpy as np

from fewsight.agents.reports.asking.understanding import NotUnderstood, Understood, understand
from fewsight.agents.reports.claims.figures import mean_figure, share_figure
from fewsight.agents.reports.kinds.churn import churn_frame
from fewsight.agents.reports.kinds.common import searched
from fewsight.agents.reports.kinds.leaving import Leaving, period_parts
from fewsight.agents.reports.model import FEWEST, Condition, Figure, Options, Period, Words
from fewsight.agents.reports.reading.sources import Sources
from fewsight.agents.reports.reading.study import Study, read_study
from fewsight.agents.reports.words.wording import Labels, answer_words, label_both, label_words, scope_both
from fewsight.serving.answerers.encoders import Encode
from fewsight.statistics.arrays import Flags

_REASONS = 5
_CLAIMS = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: sentences, and shares by name or customers by period for its chart; `asked` and `scope` say of what.

    A question that is not answered has one sentence that says why, and `asked` is None.
    """

    asked: str | None
    scope: Condition | None
    sentences: tuple[Words, ...]
    shares: tuple[tuple[Words, Figure], ...] = ()
    periods: tuple[Period, ...] = ()


def ask(sources: Sources, question: str, options: Options, encode: Encode) -> Reply:
    """Answer one question in English about who leaves and why.

    Raises:
        InputError, LedgerError: as for a report of churn.
    """
    study = read_study(sources, options)
    leaving, labels = Leaving.of(study.answered, options), label_words(options.field)
    scopes, _ = study.scopes(both_sides=True)
    meant = understand(question, scopes, leaving.shown_reasons(), encode)
    if isinstance(meant, NotUnderstood):
        return Reply(None, None, (Words(en=meant.why, zh=meant.why),))
    inside: Flags = meant.scope.inside if meant.scope else np.ones(len(study.customers), dtype=bool)
    return _Answering(study, leaving, labels, meant, inside).reply()


@dataclass(frozen=True, slots=True, eq=False)
class _Answering:
    study: Study
    leaving: Leaving
    labels: Labels
    meant: Understood
    inside: Flags

    def reply(self) -> Reply:
        ways = {
            "leaving_share": self._leaving,
            "reason_shares": self._reasons,
            "reason_share": self._reason,
            "worth": self._worth,
            "groups": self._groups,
            "periods": self._periods,
        }
        return ways[self.meant.asked]()

    def _reply(
        self,
        *sentences: Words,
        shares: tuple[tuple[Words, Figure], ...] = (),
        periods: tuple[Period, ...] = (),
    ) -> Reply:
        scope = self.meant.scope.condition if self.meant.scope else None
        return Reply(self.meant.asked, scope, sentences, shares, periods)

    def _say(self, name: str, **given: str | int | Figure | Words | None) -> Words:
        scope = self.meant.scope.condition if self.meant.scope else None
        return answer_words(name, scope, given)

    def _leaving(self) -> Reply:
        share = self._share(self.leaving.leaves, self.inside)
        return self._reply(self._say("leaving", share=share, n=int(self.inside.sum())), shares=self._sides(share))

    def _reasons(self) -> Reply:
        leave = int((self.leaving.leaves & self.inside).sum())
        reasons = self.leaving.shown_reasons(self.inside)[:_REASONS]
        if leave < FEWEST or not reasons:
            return self._reply(self._say("few", n=leave))
        shares = tuple(
            (
                label_both(reason, self.labels),
                self._share(self.leaving.of_reason(reason), self.inside & self.leaving.leaves),
            )
            for reason in reasons
        )
        first = self._say("reasons", n=leave, reason=shares[0][0], share=shares[0][1])
        rest = tuple(self._say("then", reason=words, share=share) for words, share in shares[1:])
        return self._reply(first, *rest, shares=shares)

    def _reason(self) -> Reply:
        assert self.meant.label is not None
        told, about = self.leaving.of_reason(self.meant.label), self.leaving.leaves & self.inside
        if about.sum() < FEWEST:
            return self._reply(self._say("few", n=int(about.sum())))
        share, words = self._share(told, about), label_both(self.meant.label, self.labels)
        return self._reply(self._say("reason", n=int(about.sum()), reason=words, share=share), shares=((words, share),))

    def _worth(self) -> Reply:
        rows = self.leaving.leaves & self.inside
        if self.study.worth is None:
            return self._reply(self._say("no_money"))
        if rows.sum() < FEWEST:
            return self._reply(self._say("few", n=int(rows.sum())))
        each, total = mean_figure(self.study.worth[rows]), int(self.study.worth[rows].sum())
        currency = self.study.currency
        return self._reply(self._say("worth", n=int(rows.sum()), total=total, each=each, currency=currency))

    def _groups(self) -> Reply:
        frame = churn_frame(self.study, self.leaving)
        result = searched(frame, self.study.options, self.study.answered, self.labels)
        claims = [one for one in result.claims if one.statistic.name == "leaving_share"][:_CLAIMS]
        if not claims:
            return self._reply(self._say("no_groups", n=result.looked.tested))
        shares = tuple((scope_both(one.scope), one.share) for one in claims)
        return self._reply(*(one.words for one in claims), shares=shares)

    def _periods(self) -> Reply:
        periods = tuple(one for one in period_parts(self.leaving, self.study) if one.leaving is not None)
        if not periods:
            return self._reply(self._say("no_periods"))
        most = max(periods, key=lambda one: one.leaving or 0)
        return self._reply(self._say("periods", n=most.leaving, period=most.name), periods=periods)

    def _share(self, told: Flags, about: Flags) -> Figure:
        return share_figure(int((told & about).sum()), int(about.sum()))

    def _sides(self, share: Figure) -> tuple[tuple[Words, Figure], ...]:
        if self.meant.scope is None:
            return ((self._say("everyone"), share),)
        others = self._share(self.leaving.leaves, self.meant.scope.among & ~self.inside)
        return (scope_both(self.meant.scope.condition), share), (self._say("others"), others)
