"""A report as an HTML page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from fewsight.agents.reports.model import Claim, Period, Reason, Report, SegmentPart, Why
from fewsight.agents.reports.shown.customers import (
    answer_table,
    happened_table,
    known_line,
    standing_table,
    suggested_table,
)
from fewsight.agents.reports.shown.figures import Estimate, estimate, page_words, said
from fewsight.agents.reports.shown.plans import action_table, holdout_words
from fewsight.agents.reports.shown.voices import aspect_table, complaint_shares, ranked_table, topic_table, topics
from fewsight.agents.reports.words.wording import scope_name, scope_words, share_words
from fewsight.pages.environment import render
from fewsight.pages.formats import grouped
from fewsight.pages.table import Table
from fewsight.prompts.task import Language
from fewsight.tables.values.currencies import money

_HERE: Final = Path(__file__).parent
_MISSING: Final = ("unseen_reason", "hidden_reasons", "failed", "without_answer", "unknown")
_WAYS: Final[Sequence[Why]] = ("stated", "signs", "attribution")


def report_page(report: Report) -> str:
    """One self-contained page without scripts, in the report's language."""
    language = report.options.language
    words = page_words(language)
    return render(
        "report.jinja",
        _HERE,
        report=report,
        words=words,
        lead=said(report.words, language),
        remarks=remarks(report),
        title=words[f"title.{report.kind}"],
        reason_shares={said(one.words, language): estimate(one.share) for one in report.reasons},
        reasons=reason_table(report),
        claims=[(claim, said(claim.words, language), sides(claim, words)) for claim in report.claims],
        like={number: also(claim, language) for number, claim in enumerate(report.claims)},
        quoted=[(said(one.words, language), one.quotes) for one in report.reasons if one.quotes],
        periods=period_bars(report),
        empty_periods=[one.name for one in report.periods if one.leaving is None and not one.few],
        segments=[
            (words["segment"].format(name=one.segment), one, _segment_bars(one, report)) for one in report.segments
        ],
        prevalence=prevalence(report),
        voice=_voice(report, words) if report.voice else None,
        customer=_customer(report, words) if report.customer else None,
        actions=action_table(report, words) if report.actions else None,
        holdouts=[holdout_words(one, words) for one in report.actions],
        looked=looked_table(report),
        whole=whole,
        shares=share_words,
        money=money,
    )


def also(claim: Claim, language: Language) -> str:
    """Other scopes of nearly the same customers, in words."""
    return "; ".join(scope_words(scope, language) for scope in claim.like)


def remarks(report: Report) -> list[str]:
    """What a reader has to know before the figures: intervals, money, and who is missing."""
    words, counts = page_words(report.options.language), report.counts
    lines = [words["interval"]]
    if (earlier := report.earlier) is not None and earlier.shared:
        lines.append(words["shared"].format(n=grouped(earlier.shared)))
    if report.segments:
        inside = sum(one.customers for one in report.segments)
        lines.append(words["in_segments"].format(n=grouped(inside), all=grouped(counts.answered)))
    if report.worth is not None and report.worth_each is not None:
        each = report.worth_each
        mean, low, high = ("?" if end is None else money(round(end), None) for end in (each.value, each.low, each.high))
        total = money(report.worth, report.currency)
        lines.append(words["worth"].format(total=total, mean=mean, low=low, high=high))
    missing = {name: getattr(counts, name) for name in _MISSING}
    return lines + [words[name].format(n=grouped(number)) for name, number in missing.items() if number]


def reason_table(report: Report) -> Table:
    """Reasons with customers, shares, how they are known, and money."""
    language = report.options.language
    words = page_words(language)
    has_ways, has_money = any(one.known for one in report.reasons), report.worth is not None
    has_before = any(one.before for one in report.reasons)
    has_corrected = report.correction is not None
    head = [words["reason"], words["customers"], words["share"]]
    head += [words["share_corrected"]] if has_corrected else []
    head += [words["share_before"]] if has_before else []
    head += [words[way] for way in _WAYS] if has_ways else []
    head += [words["money"]] if has_money else []
    rows = [_reason_row(one, report, has_ways, has_money) for one in report.reasons]
    return Table(head, rows)


def _reason_row(one: Reason, report: Report, has_ways: bool, has_money: bool) -> list[str]:
    cells = [said(one.words, report.options.language), grouped(one.customers), share_words(one.share)]
    if report.correction is not None:
        cells.append(share_words(one.corrected) if one.corrected else "?")
    cells += [share_words(one.before)] if one.before else []
    cells += [grouped(one.known[way]) for way in _WAYS] if has_ways else []
    return cells + ([money(one.worth or 0, report.currency)] if has_money else [])


def looked_table(report: Report) -> Table:
    """What was looked at, and what became of it."""
    words = page_words(report.options.language)
    counts = report.looked.model_dump()
    return Table(
        [words["what"], words["how_many"]], [[words[f"looked.{name}"], grouped(counts[name])] for name in counts]
    )


def prevalence(report: Report) -> str:
    """Whether shares are corrected for a model's errors, and by what."""
    words = page_words(report.options.language)
    if report.correction is None or report.corrected is None:
        return words["uncorrected"]
    about = report.correction
    return words["corrected"].format(
        n=grouped(about.customers),
        right=grouped(about.right),
        share=share_words(report.corrected),
        unmeasured=about.unmeasured,
    )


def _customer(report: Report, words: Mapping[str, str]) -> Mapping[str, object]:
    return {
        "known": known_line(report, words),
        "answers": answer_table(report, words),
        "standing": standing_table(report, words),
        "happened": happened_table(report, words),
        "suggested": suggested_table(report, words),
    }


def _voice(report: Report, words: Mapping[str, str]) -> Mapping[str, object]:
    assert report.voice is not None
    return {
        "shares": complaint_shares(report),
        "aspects": aspect_table(report, words),
        "topics": topics(report.voice),
        "topic_table": topic_table(report, words),
        "ranked": [table for kind in ("product", "channel") if (table := ranked_table(report, kind, words))],
        "quoted": [(said(one.words, report.options.language), one) for one in report.voice.subjects if one.quotes],
    }


def sides(claim: Claim, words: Mapping[str, str]) -> Mapping[str, Estimate]:
    """Both shares of a claim by name, that of the others last."""
    others = claim.scope.name if claim.scope.kind == "time" else words["others"]
    return {scope_name(claim.scope): estimate(claim.share), others: estimate(claim.others)}


def _segment_bars(one: SegmentPart, report: Report) -> Mapping[str, Estimate]:
    return {said(words, report.options.language): estimate(share) for words, share in one.reasons}


def period_bars(report: Report) -> Mapping[str, float]:
    """Customers who leave, by period."""
    words = page_words(report.options.language)

    def name(period: Period) -> str:
        if period.leaving is not None:
            return period.name
        return f"{period.name} ({words['few' if period.few else 'no_data']})"

    return {name(period): float(period.leaving or 0) for period in report.periods}


def whole(value: float) -> str:
    """How a chart writes a number of customers; nothing where none is told."""
    return grouped(round(value)) if value else ""
