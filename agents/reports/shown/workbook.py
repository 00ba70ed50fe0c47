"""A report as an Excel workbook: a sheet for each of its parts, numbers as numbers."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fewsight.agents.reports.model import Figure, Quote, Report
from fewsight.agents.reports.shown.figures import said
from fewsight.agents.reports.shown.page import prevalence, remarks
from fewsight.agents.reports.words.wording import scope_words
from fewsight.export.sheets import Sheet, open_workbook
from fewsight.files import replacing

Cells = tuple[Any, ...]
_FIGURE = ("value", "low", "high")


def write_report_workbook(report: Report, path: Path) -> None:
    """Write it, or replace it; no cell of it can run.

    Raises:
        OSError: it can't be written.
    """
    with (
        TemporaryDirectory(prefix="fewsight-") as folder,
        replacing(path) as target,
        open_workbook(target, Path(folder)) as book,
    ):
        for name, head, rows in _sheets(report):
            if rows:
                sheet = Sheet(book, name, head)
                for row in rows:
                    sheet.add(row)


def _sheets(report: Report) -> Iterator[tuple[str, Cells, list[Cells]]]:
    language = report.options.language
    told = [said(report.words, language), *remarks(report), prevalence(report)]
    yield "report", ("run", report.run), [(line,) for line in told]
    reasons: list[Cells] = [
        (one.reason, said(one.words, language), one.customers, *_cells(one.share), *_cells(one.corrected), one.worth)
        for one in report.reasons
    ]
    corrected = [f"corrected_{name}" for name in _FIGURE]
    yield "reasons", ("reason", "words", "customers", *_FIGURE, *corrected, "bought_minor_units"), reasons
    yield "claims", _CLAIM, [_claim(report, number) for number in range(len(report.claims))]
    voice = report.voice.subjects if report.voice else ()
    subjects: list[Cells] = [
        (one.kind, one.id, said(one.words, language), one.aspect, one.customers, *_cells(one.share), one.complaints,
         *_cells(one.complaint_share))
        for one in voice
    ]  # fmt: skip
    complaints = [f"complaint_{name}" for name in _FIGURE]
    yield "subjects", ("kind", "id", "words", "aspect", "customers", *_FIGURE, "complaints", *complaints), subjects
    segments: list[Cells] = [(one.segment, one.customers, *_cells(one.leaving), one.worth) for one in report.segments]
    yield "segments", ("segment", "customers", *_FIGURE, "bought_minor_units"), segments
    actions: list[Cells] = [
        (one.id, one.kind, said(one.words, language), one.customers, one.at_stake, one.cost, one.currency,
         one.break_even, one.holdout.needed, one.holdout.smallest, one.evidence)
        for one in report.actions
    ]  # fmt: skip
    yield "actions", _ACTION, actions
    yield "quotes", ("about", "text", "is_cut", "date", "customer", "event", "role"), list(_quotes(report))


_CLAIM = (
    "sentence", "why", "statistic", "label", "scope", "direction", *(f"difference_{name}" for name in _FIGURE),
    "confidence", "share", "others", "n", "others_n", "p", "q", "money", "score",
)  # fmt: skip
_ACTION = (
    "id", "kind", "words", "customers", "at_stake_minor_units", "cost_minor_units", "currency", "pays_from",
    "holdout_needed_in_each_half", "smallest_difference_seen", "evidence",
)  # fmt: skip


def _claim(report: Report, number: int) -> Cells:
    one, language = report.claims[number], report.options.language
    return (
        said(one.words, language), one.why, one.statistic.name, one.statistic.label, scope_words(one.scope, language),
        one.direction, *_cells(one.value), one.value.confidence, one.share.value, one.others.value, one.n, one.others_n,
        one.p, one.q, one.money, one.score,
    )  # fmt: skip


def _quotes(report: Report) -> Iterator[Cells]:
    language = report.options.language
    quoted: list[tuple[str, tuple[Quote, ...]]] = [(said(one.words, language), one.quotes) for one in report.reasons]
    quoted += [(one.segment, one.quotes) for one in report.segments]
    quoted += [(said(one.words, language), one.quotes) for one in (report.voice.subjects if report.voice else ())]
    for about, quotes in quoted:
        for quote in quotes:
            yield (about, quote.text, quote.is_cut, quote.date, quote.source.customer, quote.source.event, quote.role)


def _cells(figure: Figure | None) -> Cells:
    return (figure.value, figure.low, figure.high) if figure else (None, None, None)
