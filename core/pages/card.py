"""Insights as something to look at: a card in a notebook, a page of cards in a browser.

Both are self-contained HTML without scripts. Everything that came from a customer or a model is escaped.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final, NamedTuple

from fewsight.answers import label_text, split_path
from fewsight.insight import Insight
from fewsight.ledger.check import LabelCounts
from fewsight.pages.environment import render

Texts = Mapping[tuple[str, str], str]
"""(customer id, event id) -> what the event says, masked."""

_BARS: Final = 3
_LABELS_SHOWN: Final = 5
_QUIET: Final = ("unknown", "not mentioned", "none", "not churning")


class Bar(NamedTuple):
    """A label with its share of a whole, 0 to 1."""

    label: str
    share: float
    number: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One value of an answer: its field, the value in words, the likeliest labels, and what is said about it."""

    name: str
    value: str
    bars: tuple[Bar, ...] = ()
    tags: tuple[str, ...] = ()
    is_text: bool = False

    @property
    def is_quiet(self) -> bool:
        """Whether the value says that there is nothing to say."""
        return self.value in _QUIET


def card(insight: Insight, texts: Texts | None = None) -> str:
    """One insight as an HTML fragment with its own style, light or dark as the reader's system asks.

    `texts` makes evidence readable; without it, evidence is shown as event ids.
    """
    return render("card.jinja", cards=[_view(insight, texts or {})])


def page(insights: Iterable[Insight], title: str, texts: Texts | None = None, *, most: int = 200) -> str:
    """A self-contained HTML page: counts of all insights by task and label, and cards for the first `most`.

    Insights are read once; memory is bounded by the cards.
    """
    shown: list[Insight] = []
    counters: dict[str, LabelCounts] = {}
    statuses: dict[str, dict[str, int]] = {}
    for insight in insights:
        if len(shown) < most:
            shown.append(insight)
        counts = statuses.setdefault(insight.task, {})
        counts[insight.status] = counts.get(insight.status, 0) + 1
        counters.setdefault(insight.task, LabelCounts()).add(insight)
    views = (_view(insight, texts or {}) for insight in shown)
    groups = [(customer, list(cards)) for customer, cards in groupby(views, key=lambda view: view["customer"])]
    return render(
        "insights.jinja",
        title=title,
        total=sum(sum(counts.values()) for counts in statuses.values()),
        shown=len(shown),
        groups=groups,
        is_grouped=any(len(cards) > 1 for _, cards in groups),
        tasks=[(_words(task), statuses[task], _overview(counters[task])) for task in statuses],
    )


def _view(insight: Insight, texts: Texts) -> dict[str, Any]:
    """What the template shows of an insight."""
    lines = _short_names(list(_lines(insight, insight.answer or {}, "")))
    is_headed = bool(lines and lines[0].bars and next(iter(insight.answer or {})) in insight.probabilities)
    headline = lines.pop(0) if is_headed else None
    return {
        "customer": insight.customer_id,
        "task": _words(insight.task),
        "as_of": insight.as_of.date().isoformat() if insight.as_of else None,
        "status": insight.status,
        "error": insight.error,
        "headline": headline,
        "lines": lines,
        "evidence": [(event, texts.get((insight.customer_id, event))) for event in insight.evidence],
        "warnings": insight.provenance.warnings if insight.provenance else (),
        "origin": _origin(insight),
    }


def _short_names(lines: list[Line]) -> list[Line]:
    """Leave out the groups that fields stand in, where the last word alone tells which field it is."""
    last = [line.name.rpartition(" · ")[2] for line in lines]
    return [replace(line, name=word) if last.count(word) == 1 else line for line, word in zip(lines, last, strict=True)]


def _lines(insight: Insight, values: Mapping[str, Any], prefix: str) -> Iterator[Line]:
    for name, value in values.items():
        path = prefix + name
        if isinstance(value, Mapping) and "value" in value:  # a value, and what is said about it
            tags = tuple(
                _words(label_text(tag)) for key, tag in value.items() if key != "value" and isinstance(tag, str | bool)
            )
            yield _line(insight, path + ".value", _words(path), value["value"], tags)
        elif isinstance(value, Mapping):
            yield from _lines(insight, value, path + ".")
        elif not _is_evidence(insight, name, value):
            yield _line(insight, path, _words(path), value)


def _is_evidence(insight: Insight, name: str, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value only repeats the insight's evidence, which has its own place on the card."""
    return (
        isinstance(value, list | tuple)
        and set(map(str, value)) <= set(insight.evidence)
        and bool(value or name == "evidence")
    )


def _line(insight: Insight, path: str, name: str, value: Any, tags: tuple[str, ...] = ()) -> Line:  # noqa: ANN401
    if isinstance(value, list | tuple):
        return Line(name, ", ".join(map(str, value)) or "none", is_text=True)
    if not isinstance(value, str | bool):
        return Line(name, "none" if value is None else f"{value:,}")
    chosen = label_text(value)
    known = insight.probabilities.get(path, {})
    if not known:
        is_label = isinstance(value, bool) or (" " not in value and len(value) < 40)
        return Line(name, _value(value) if is_label else str(value), tags=tags, is_text=not is_label)
    # The chosen label leads, also where a threshold or a rule overruled the likeliest one.
    ordered = sorted(known, key=lambda word: (word != chosen, -known[word]))[:_BARS]
    shown = {word: _value(value) if word == chosen else _label_words(word, value) for word in ordered}
    return Line(name, _value(value), tuple(Bar(shown[word], known[word]) for word in ordered), tags)


def _value(value: str | bool) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else _words(value)


def _label_words(word: str, beside: str | bool) -> str:
    return _value(word == "true") if isinstance(beside, bool) else _words(word)


def _words(name: str) -> str:
    """A name as people read it.

    >>> _words("service/late_delivery"), _words("aspects.price")
    ('service › late delivery', 'aspects · price')
    """
    return name.replace("_", " ").replace("/", " › ").replace(".", " · ")


def _overview(counter: LabelCounts) -> list[tuple[Line, int]]:
    """For each closed field: its commonest labels, and how many more there are."""
    counts = counter.counts()
    rows = []
    for path, labels in counts.items():
        group, last = split_path(path)
        if group and last != "value" and f"{group}.value" in counts:
            continue
        common = [Bar(_words(word), count / labels.total(), count) for word, count in labels.most_common(_LABELS_SHOWN)]
        name = _words(group if last == "value" and group else path)
        rows.append((Line(name, "", tuple(common)), len(labels) - len(common)))
    names = _short_names([line for line, _ in rows])
    return [(line, more) for line, (_, more) in zip(names, rows, strict=True)]


def _origin(insight: Insight) -> str:
    """Provenance in one line."""
    by = insight.provenance
    if by is None:
        return ""
    adapter = f"adapter {by.adapter}" if by.adapter else "no adapter"
    parts = (
        f"{by.model} ({by.model_digest[:8]})",
        adapter,
        f"{by.engine} {by.engine_version}",
        by.dtype,
        by.template,
        f"{len(by.shots)} shots",
        f"{by.prompt_tokens:,} + {by.answer_tokens:,} tokens",
        f"seed {by.seed}",
        f"fewsight {by.fewsight_version}",
    )
    return " · ".join(parts)
