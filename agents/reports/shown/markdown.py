"""A report as GitHub's Markdown."""

import re
from collections.abc import Iterator
from typing import Final

from fewsight.agents.reports.model import Quote, Report
from fewsight.agents.reports.shown.customers import (
    answer_table,
    happened_table,
    known_line,
    standing_table,
    suggested_table,
)
from fewsight.agents.reports.shown.figures import page_words, said
from fewsight.agents.reports.shown.page import also, looked_table, prevalence, reason_table, remarks
from fewsight.agents.reports.shown.plans import action_table, holdout_words
from fewsight.agents.reports.shown.voices import aspect_table, ranked_table, topic_table, topics
from fewsight.agents.reports.words.wording import share_words
from fewsight.console import visible
from fewsight.pages.formats import grouped, percent
from fewsight.pages.table import Table
from fewsight.tables.values.currencies import money

_MARKUP: Final = re.compile(r"[\\`*_\[\]<>#|~&@]|^[-+=]|^\d+(?=[.)])")


def escaped(text: str) -> str:
    r"""Text of others that can't become markup, a link, a list, or another line.

    >>> escaped("<b>[x](y)\n# z")
    '\\<b\\>\\[x\\](y) \\# z'
    """
    return _MARKUP.sub(lambda match: match[0] + "\\" if match[0].isdigit() else "\\" + match[0], " ".join(text.split()))


def report_markdown(report: Report) -> str:
    """The same as the page, without charts."""
    return visible("\n".join(_lines(report))) + "\n"


def _lines(report: Report) -> Iterator[str]:
    language = report.options.language
    words = page_words(language)
    as_of = report.as_of.date().isoformat() if report.as_of else "?"
    yield from (
        f"# {words[f'title.{report.kind}']}",
        "",
        words["of_run"].format(run=escaped(report.run), as_of=as_of),
        "",
    )
    yield from (f"**{said(report.words, language)}**", "")
    for remark in (*remarks(report), prevalence(report)):
        yield from (remark, "")
    yield from _voice(report)
    yield from _customer(report)
    if report.counts.leaving:
        yield from (f"## {words['reasons']}", "")
        yield from reason_table(report).markdown() if report.reasons else (words["no_reasons"], "")
    yield from _claims(report)
    yield from _segments(report)
    if any(reason.quotes for reason in report.reasons):
        yield from (f"## {words['quotes']}", "", words["quotes_how"], "")
    for reason in report.reasons:
        for quote in reason.quotes:
            yield from _quote(quote, said(reason.words, language), report)
    yield from _actions(report)
    yield from (f"## {words['looked']}", "", *looked_table(report).markdown(), words["small"], "")


def _claims(report: Report) -> Iterator[str]:
    language = report.options.language
    words = page_words(language)
    rate = percent(report.options.false_discoveries)
    yield from (f"## {words[f'who.{report.kind}']}", "", words["who_how"].format(rate=rate), "")
    if not report.claims:
        yield from (words["none"], "")
    for claim in report.claims:
        foot = words["claim_foot"].format(n=grouped(claim.n), q=f"{claim.q:.2g}", money=percent(claim.money))
        way = f" ({words[claim.why]})" if claim.why else ""
        more = f" {words['also'].format(also=also(claim, language))}" if claim.like else ""
        yield f"- {escaped(said(claim.words, language))}{way} {foot}.{escaped(more)}"
    yield ""


def _segments(report: Report) -> Iterator[str]:
    words, language = page_words(report.options.language), report.options.language
    if report.segments:
        yield from (f"## {words['segments']}", "")
    for one in report.segments:
        foot = words["segment_foot"].format(n=grouped(one.customers), share=share_words(one.leaving))
        worth = words["segment_worth"].format(worth=money(one.worth, report.currency)) if one.worth is not None else ""
        yield from (f"### {escaped(words['segment'].format(name=one.segment))}", "", f"{foot} {worth}".strip(), "")
        yield from (f"- {escaped(said(label, language))}: {share_words(share)}" for label, share in one.reasons)
        yield ""
        for quote in one.quotes:
            yield from _quote(quote, words["segment"].format(name=one.segment), report)


def _voice(report: Report) -> Iterator[str]:
    voice, words, language = report.voice, page_words(report.options.language), report.options.language
    if voice is None:
        return
    yield from (f"## {words['aspects']}", "", *aspect_table(report, words).markdown())
    for alert in voice.alerts:
        name = f"{alert.subject} {escaped(said(alert.words, language))}"
        numbers = {"n": grouped(alert.customers), "expected": f"{alert.expected:.1f}", "p": f"{alert.p:.2g}"}
        yield from (f"**{words['alert']}** {words['alert_says'].format(name=name, period=alert.period, **numbers)}", "")
    if topics(voice):
        yield from (f"## {words['topics']}", "", *topic_table(report, words).markdown())
    for one in voice.subjects:
        for quote in one.quotes:
            yield from _quote(quote, said(one.words, language), report)
    for kind in ("product", "channel"):
        if table := ranked_table(report, kind, words):
            yield from (f"## {words['ranked']}", "", words["ranked_how"], "", *table.markdown())


def _customer(report: Report) -> Iterator[str]:
    words = page_words(report.options.language)
    if report.customer is None:
        return
    yield from (known_line(report, words), "")
    tables = {
        "answered": answer_table(report, words),
        "standing": standing_table(report, words),
        "happened": happened_table(report, words),
        "actions": suggested_table(report, words),
    }
    for name, table in tables.items():
        if table.rows:
            rows = [[escaped(cell) for cell in row] for row in table.rows]
            yield from (f"## {words[name]}", "", *Table(table.head, rows).markdown())


def _actions(report: Report) -> Iterator[str]:
    words = page_words(report.options.language)
    if report.actions:
        yield from (f"## {words['actions']}", "", words["no_causal"], "", *action_table(report, words).markdown())
        yield from (f"- {holdout_words(one, words)}" for one in report.actions)
        yield ""


def _quote(quote: Quote, reason: str, report: Report) -> Iterator[str]:
    words = page_words(report.options.language)
    end = " …" if quote.is_cut else ""
    source = f"{words['event']} {escaped(quote.source.event)}"
    yield f"> {escaped(quote.text)}{end}"
    yield ">"
    yield f"> {escaped(reason)}, {words['stated']}, {words[quote.role]}, {quote.date}, {source}"
    yield ""
