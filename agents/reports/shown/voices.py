"""The parts of a report about voices, as tables and charts take them."""

from collections.abc import Mapping

from fewsight.agents.reports.model import Report, Subject, Voice
from fewsight.agents.reports.shown.figures import Estimate, estimate, said
from fewsight.agents.reports.words.wording import aspect_words, share_words
from fewsight.pages.formats import grouped, percent
from fewsight.pages.table import Table

_PERIODS = 6
"""Newest periods of a table."""


def aspects(voice: Voice) -> list[Subject]:
    """The aspects of a report."""
    return [one for one in voice.subjects if one.kind == "aspect"]


def topics(voice: Voice) -> list[Subject]:
    """The topics of a report."""
    return [one for one in voice.subjects if one.kind == "topic"]


def complaint_shares(report: Report) -> Mapping[str, Estimate]:
    """By aspect, the share of those who speak of it that complains."""
    assert report.voice is not None
    language = report.options.language
    return {
        said(one.words, language): estimate(one.complaint_share)
        for one in aspects(report.voice)
        if one.complaint_share is not None
    }


def aspect_table(report: Report, words: Mapping[str, str]) -> Table:
    """Aspects with who speaks of them and who complains."""
    assert report.voice is not None
    head = [words["aspect"], words["speak"], words["share_all"], words["complain"], words["share_speak"]]
    return Table(
        head,
        [
            [
                said(one.words, report.options.language),
                grouped(one.customers),
                share_words(one.share),
                grouped(one.complaints or 0),
                share_words(one.complaint_share) if one.complaint_share else "",
            ]
            for one in aspects(report.voice)
        ],
    )


def topic_table(report: Report, words: Mapping[str, str]) -> Table:
    """Topics with the share of those who wrote that speaks of each, in all and in the newest periods."""
    assert report.voice is not None
    shown = topics(report.voice)
    periods = [one.name for one in shown[0].periods if one.writers is not None][-_PERIODS:] if shown else []
    language = report.options.language
    rows = [
        [
            f"{one.id} {said(one.words, language)}",
            aspect_words([one.aspect])[language][one.aspect] if one.aspect else "",
            share_words(one.share),
            *(_spoken(one, name, words) for name in periods),
        ]
        for one in shown
    ]
    return Table([words["topic"], words["near"], words["share_wrote"], *periods], rows)


def ranked_table(report: Report, kind: str, words: Mapping[str, str]) -> Table | None:
    """Products or channels by how often their customers complain; None where there are fewer than two."""
    assert report.voice is not None
    ranked = [one for one in report.voice.ranked if one.scope.kind == kind]
    if len(ranked) < 2:
        return None
    return Table(
        [words[kind], words["customers"], words["as_counted"], words["shrunk"]],
        [
            [
                said(one.words, report.options.language),
                grouped(one.customers),
                percent(one.complaints / one.customers),
                share_words(one.share),
            ]
            for one in ranked
        ],
    )


def _spoken(subject: Subject, name: str, words: Mapping[str, str]) -> str:
    period = next((one for one in subject.periods if one.name == name), None)
    if period is None or period.customers is None or not period.writers:
        return words["few"]
    return percent(period.customers / period.writers)
