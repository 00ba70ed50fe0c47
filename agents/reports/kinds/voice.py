"""The voice of customers: what they speak of and complain about, topics with quotes, what is new, and what spikes."""

from fewsight.agents.reports.claims.figures import share_figure
from fewsight.agents.reports.claims.frame import Frame, Measure
from fewsight.agents.reports.claims.shrinking import shrunk_shares
from fewsight.agents.reports.kinds.common import parts_of_run, searched
from fewsight.agents.reports.kinds.feelings import Feelings
from fewsight.agents.reports.kinds.topics import Heard, hear
from fewsight.agents.reports.model import FEWEST, Options, Ranked, Report, Subject, Voice
from fewsight.agents.reports.quotes.choosing import choose, masker
from fewsight.agents.reports.quotes.pieces import Piece
from fewsight.agents.reports.reading.customers import Visit
from fewsight.agents.reports.reading.sources import Sources
from fewsight.agents.reports.reading.study import Study, read_study
from fewsight.agents.reports.topics.sentences import Sentences
from fewsight.agents.reports.words.wording import (
    Labels,
    aspect_meanings,
    aspect_words,
    label_both,
    scope_both,
    topic_name,
    voice_words,
)

_RANKED = 20


def voice_report(sources: Sources, options: Options) -> Report:
    """Search what is spoken of and complained about, by group."""
    collected = Sentences(masker(sources.run))

    def visitor(*_: object) -> Visit:
        return collected.visit

    study = read_study(sources, options, visitor)
    feelings = Feelings.of(study.answered)
    aspects = aspect_words(feelings.aspects)
    heard = None
    if sources.histories is not None and options.encoder is not None:
        heard = hear(collected, study, sources, options.encoder, aspect_meanings(options.field, feelings.aspects))
    frame, labels = _frame(study, feelings, heard), _labels(aspects, heard)
    result = searched(frame, options, study.answered, labels)
    complain = share_figure(int(feelings.complains.sum()), len(study.customers))
    return Report(
        **parts_of_run(study, result),
        voice=Voice(
            complain=complain,
            subjects=_subjects(study, feelings, heard, aspects),
            ranked=_ranked(study, feelings),
            **(heard.parts() if heard else {}),
        ),
        words=voice_words(int(feelings.complains.sum()), len(study.customers), complain),
    )


def _frame(study: Study, feelings: Feelings, heard: Heard | None) -> Frame:
    scopes, small = study.scopes()
    topics: tuple[Measure, ...] = heard.measures() if heard else ()
    everyone = feelings.complains | True
    return Frame(study.customers, (*feelings.measures(), *topics), tuple(scopes), small, everyone, study.worth)


def _labels(aspects: Labels, heard: Heard | None) -> Labels:
    topics = {topic.id: topic_name(topic.keywords) for topic in heard.topics} if heard else {}
    return {language: {**words, **topics} for language, words in aspects.items()}


def _subjects(study: Study, feelings: Feelings, heard: Heard | None, aspects: Labels) -> tuple[Subject, ...]:
    """Aspects, those first that most customers complain about, then topics; no customer is quoted twice."""
    pieces: dict[str, list[Piece]] = {}
    names = feelings.shown()
    if heard:
        for name in names:
            pieces[f"aspect {name}"] = heard.about(name, feelings.complainers(name, study.customers))
        for topic in heard.topics:
            pieces[topic.id] = heard.of_topic(topic.id)
    quotes = choose(pieces)
    parts = []
    for name in names:
        mentions, complaints = int(feelings.mentions[name].sum()), int(feelings.complaints[name].sum())
        parts.append(
            Subject(
                kind="aspect",
                id=name,
                words=label_both(name, aspects),
                customers=mentions,
                share=share_figure(mentions, len(study.customers)),
                complaints=complaints,
                complaint_share=share_figure(complaints, mentions),
                quotes=quotes.get(f"aspect {name}", ()),
            )
        )
    topics = heard.subjects(quotes) if heard else ()
    return (*parts, *topics)


def _ranked(study: Study, feelings: Feelings) -> tuple[Ranked, ...]:
    """Products and channels by the share of their customers who complain, drawn towards what all have in common."""
    ranked: list[Ranked] = []
    for kind in ("product", "channel"):
        groups = {one: rows for one, rows in study.groups.items() if one.kind == kind and len(rows) >= FEWEST}
        hits = [int(feelings.complains[rows].sum()) for rows in groups.values()]
        sizes = [len(rows) for rows in groups.values()]
        parts = [
            Ranked(scope=one, words=scope_both(one), customers=size, complaints=hit, share=share)
            for one, size, hit, share in zip(groups, sizes, hits, shrunk_shares(hits, sizes), strict=True)
        ]
        ranked += sorted(parts, key=lambda one: -one.share.value)[:_RANKED]
    return tuple(ranked)
