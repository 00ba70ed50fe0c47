"""Topics of what customers wrote: found or known again, named, counted by period, and quoted."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fewsight.agents.reports.claims.figures import share_figure
from fewsight.agents.reports.claims.frame import Measure
from fewsight.agents.reports.claims.scopes import is_long, period_name
from fewsight.agents.reports.model import FEWEST, Alert, Quote, Spoken, Statistic, Subject
from fewsight.agents.reports.quotes.pieces import Piece
from fewsight.agents.reports.reading.sources import Sources
from fewsight.agents.reports.reading.study import Study
from fewsight.agents.reports.topics.clusters import NONE, Topic, find_topics, place
from fewsight.agents.reports.topics.naming import name_topics
from fewsight.agents.reports.topics.rates import BUDGET, spikes
from fewsight.agents.reports.topics.registry import Kept, Numbered, read_registry, write_registry
from fewsight.agents.reports.topics.sentences import Said, Sentences
from fewsight.agents.reports.words.wording import topic_both
from fewsight.serving.answerers.encoders import Encode, find_encoder
from fewsight.statistics.arrays import Codes, Flags, Floats

_QUOTABLE = 50
_NEAR = 0.3
"""Least likeness (cosine) of a topic's centre to an aspect that it is said to be near to."""

MOST: Final = 15
"""Topics that are shown, and looked at by group."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Sentences with the topic of each.

    `vectors` are unit vectors (sentences, dimensions), `placed` numbers of `topics`, `rows` the study's rows of those
    who said them; `aspects` are unit vectors of aspects by name. `has_known`: earlier
    reports found topics, so that others are new.
    """

    study: Study
    said: list[Said]
    vectors: Floats
    placed: Codes
    rows: Codes
    topics: tuple[Kept, ...]
    coverage: tuple[tuple[float, float], ...]
    aspects: Mapping[str, Floats]
    writers: int
    encoder: str
    has_known: bool

    def measures(self) -> tuple[Measure, ...]:
        """Who speaks of each topic, of those who wrote."""
        wrote = self._flags(self.placed != NONE) | self._flags(self.placed == NONE)
        return tuple(
            Measure(Statistic(name="topic_share", label=topic.id), wrote, self._flags(self.placed == number))
            for number, topic in self._shown()
        )

    def subjects(self, quotes: Mapping[str, tuple[Quote, ...]]) -> tuple[Subject, ...]:
        """The topics, those first that most customers speak of."""
        writers = len(set(self.rows.tolist()))
        parts = []
        for number, topic in self._shown():
            customers = self._customers(number)
            parts.append(
                Subject(
                    kind="topic",
                    id=topic.id,
                    words=topic_both(topic.keywords),
                    customers=customers,
                    share=share_figure(customers, writers),
                    aspect=self._aspect(topic.topic),
                    keywords=topic.keywords,
                    coverage=self.coverage[number][0],
                    precision=self.coverage[number][1],
                    since=topic.since,
                    is_new=self.has_known and topic.since == self.study.answers.as_of,
                    periods=self._periods(number),
                    quotes=quotes.get(topic.id, ()),
                )
            )
        return tuple(parts)

    def parts(self) -> dict[str, Any]:
        """Counts of what was looked at, and alerts."""
        return {
            "writers": self.writers,
            "sampled": len(set(self.rows.tolist())),
            "sentences": len(self.said),
            "topics": sum(self._customers(number) >= FEWEST for number in range(len(self.topics))),
            "unplaced": float((self.placed == NONE).mean()) if len(self.placed) else None,
            "encoder": self.encoder,
            "budget": BUDGET,
            "alerts": self._alerts(),
        }

    def of_topic(self, name: str) -> list[Piece]:
        """What may be quoted of a topic, the nearest to its centre first."""
        number = next(number for number, topic in enumerate(self.topics) if topic.id == name)
        return self._nearest(self.topics[number].topic.centre, self.placed == number)

    def about(self, aspect: str, customers: Set[str]) -> list[Piece]:
        """What may be quoted of an aspect: of some customers, the nearest to its description first."""
        own: Flags = np.array([one.customer in customers for one in self.said], dtype=bool)
        return self._nearest(self.aspects[aspect], own)

    def _nearest(self, centre: Floats, among: Flags) -> list[Piece]:
        likeness = np.where(among, self.vectors @ centre, -np.inf)
        order = np.argsort(-likeness, kind="stable")[:_QUOTABLE].tolist()
        best: dict[str, Piece] = {}
        for number in order:
            piece = self.said[number].piece
            if among[number] and piece.source.customer not in best:
                best[piece.source.customer] = piece
        return list(best.values())

    def _customers(self, number: int) -> int:
        return len(set(self.rows[self.placed == number].tolist()))

    def _shown(self) -> list[tuple[int, Kept]]:
        """The topics that at least FEWEST customers speak of, the largest first, and MOST at most."""
        sizes = {number: self._customers(number) for number in range(len(self.topics))}
        order = sorted((number for number in sizes if sizes[number] >= FEWEST), key=lambda number: -sizes[number])
        return [(number, self.topics[number]) for number in order[:MOST]]

    def _flags(self, sentences: Flags) -> Flags:
        flags: Flags = np.zeros(len(self.study.customers), dtype=bool)
        flags[self.rows[sentences]] = True
        return flags

    def _aspect(self, topic: Topic) -> str | None:
        names = list(self.aspects)
        nearest = max(names, key=lambda name: float(topic.centre @ self.aspects[name]), default=None)
        return nearest if nearest and float(topic.centre @ self.aspects[nearest]) >= _NEAR else None

    def _by_period(self) -> tuple[list[str], Codes]:
        """Names of periods in their order, and the number of each sentence's; NONE without a time."""
        months = {number: one.month for number, one in enumerate(self.said) if one.month is not None}
        by_quarter = is_long(months)
        names = sorted({period_name(month, by_quarter) for month in months.values()})
        codes = [names.index(period_name(one.month, by_quarter)) if one.month else NONE for one in self.said]
        return names, np.array(codes, dtype=np.int64)

    def _counts(self, sentences: Flags) -> list[int]:
        names, codes = self._by_period()
        return [len(set(self.rows[sentences & (codes == number)].tolist())) for number in range(len(names))]

    def _periods(self, number: int) -> tuple[Spoken, ...]:
        writers, counts = self._counts(self.placed >= NONE), self._counts(self.placed == number)
        return tuple(
            Spoken(name=name, customers=count, writers=wrote)
            if wrote >= FEWEST
            else Spoken(name=name, customers=None, writers=None)
            for name, count, wrote in zip(self._by_period()[0], counts, writers, strict=True)
        )

    def _alerts(self) -> tuple[Alert, ...]:
        """Of the newest period in which enough customers wrote, against all before."""
        writers, names = self._counts(self.placed >= NONE), self._by_period()[0]
        enough = [number for number, wrote in enumerate(writers) if wrote >= FEWEST]
        if not enough:
            return ()
        end = enough[-1] + 1
        counts = {topic.id: self._counts(self.placed == number)[:end] for number, topic in enumerate(self.topics)}
        words = {topic.id: topic_both(topic.keywords) for topic in self.topics}
        return tuple(
            Alert(
                subject=one.name, words=words[one.name], period=names[end - 1],
                customers=one.customers, expected=one.expected, p=one.p,
            )
            for one in spikes(counts, writers[:end])
        )  # fmt: skip


def hear(collected: Sentences, study: Study, sources: Sources, encoder: str, aspects: Mapping[str, str]) -> Heard:
    """Find topics in what was collected; those of the registry are known again, and new ones are added.

    Raises:
        ModelError: the encoder is not here.
        ConfigError, InputError: the registry is of another encoder, or can't be read.
    """
    facts, encode = find_encoder(encoder)
    said = collected.all()
    rows = {customer: row for row, customer in enumerate(study.customers)}
    of: Codes = np.array([rows[one.customer] for one in said], dtype=np.int64)
    vectors = _vectors(encode, [one.piece.text for one in said])
    registry = read_registry(sources.topics, facts.digest)
    known = registry.before(study.answers.as_of)
    placed = place(vectors, [one.topic for one in known])
    rest = placed == NONE
    new = find_topics(vectors[rest], of[rest], FEWEST)
    placed[rest] = np.where((late := place(vectors[rest], new)) == NONE, NONE, late + len(known))
    names = name_topics([one.piece.text for one in said], of, placed, len(known) + len(new))
    ids = Numbered(registry, study.answers.as_of).ids(new)
    added = tuple(
        Kept(
            id=name, keywords=names[len(known) + number].keywords, centre=tuple(topic.centre.tolist()),
            least=topic.least, since=study.answers.as_of,
        )
        for number, (name, topic) in enumerate(zip(ids, new, strict=True))
    )  # fmt: skip
    if sources.topics is not None and not sources.is_check:
        write_registry(registry.with_found(added, study.answers.as_of), sources.topics)
    directions = dict(zip(aspects, _vectors(encode, list(aspects.values())), strict=True))
    coverage = tuple((name.coverage, name.precision) for name in names)
    return Heard(
        study,
        said,
        vectors,
        placed,
        of,
        (*known, *added),
        coverage,
        directions,
        collected.writers,
        encoder,
        bool(known),
    )


def _vectors(encode: Encode, texts: list[str]) -> Floats:
    if not texts:
        return np.zeros((0, 1))
    vectors: Floats = np.asarray(encode(texts), dtype=np.float64)
    return vectors
