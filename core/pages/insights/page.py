"""Insights as something to look at: a card in a notebook, a page of cards in a browser."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from fewsight.answers import label_text, labelled_values
from fewsight.events import CustomerHistory
from fewsight.insight import Insight
from fewsight.pages.environment import render
from fewsight.pages.insights.certainty import LIKELY, MARGIN, uncertain_fields
from fewsight.pages.insights.lines import Palette, words
from fewsight.pages.insights.marks import Marks
from fewsight.pages.insights.origins import origins_of_all
from fewsight.pages.insights.overview import counted, task_view
from fewsight.pages.insights.tally import Tally, shared_warnings
from fewsight.pages.insights.view import Card, card_of

Doubts = Callable[[Insight], Collection[str]]
"""The fields of an insight that were set aside for a person to look at."""

_HERE: Final = Path(__file__).parent


def card(insight: Insight, history: CustomerHistory | None = None) -> str:
    """One insight as an HTML fragment with its own style, light or dark as the reader's system asks.

    `history` (masked) makes evidence readable; without it, evidence is shown as event ids.
    """
    return render("card.jinja", _HERE, cards=[card_of(insight, history, {})])


def page(
    insights: Iterable[Insight],
    title: str,
    histories: Mapping[str, CustomerHistory] | None = None,
    *,
    most: int = 200,
    review: Doubts | None = None,
    rest: str = "",
) -> str:
    """A self-contained HTML page: counts of all insights by task and label, and cards for the first `most`.

    Insights are read once; memory is bounded by the cards. The page works without scripts; its own one adds search and
    sorting.

    Args:
        insights: of one customer next to each other.
        title: of the page.
        histories: masked, by customer, of those that are shown.
        most: cards.
        review: which fields of an insight were set aside for review.
        rest: how to see what is not shown, in words.
    """
    shown: list[Insight] = []
    tallies: dict[str, Tally] = {}
    for insight in insights:
        if len(shown) < most:
            shown.append(insight)
        tallies.setdefault(insight.task, Tally()).add(insight, review(insight) if review else ())
    marks, known = Marks(), histories or {}
    palettes = {task: tally.palette() for task, tally in tallies.items()}
    told = shared_warnings(tallies.values()) if tallies else []
    cards = [_marked(one, known, palettes[one.task], tallies[one.task], marks, review, told) for one in shown]
    groups = [(customer, list(alike)) for customer, alike in groupby(cards, key=lambda one: one.customer)]
    moments = {moment for tally in tallies.values() for moment in tally.moments}
    return render(
        "insights.jinja",
        _HERE,
        script="insights.js",
        title=title,
        total=sum(tally.statuses.total() for tally in tallies.values()),
        shown=len(shown),
        rest=rest,
        as_of=cards[0].as_of if cards and len(moments) == 1 else "",
        groups=groups,
        is_grouped=any(len(alike) > 1 for _, alike in groups),
        tasks=[task_view(task, tally, palettes[task], marks, told) for task, tally in tallies.items()],
        warnings=told,
        origins=origins_of_all({words(task): tally.origins for task, tally in tallies.items()}),
        narrowings=_narrowings(marks),
        likely=LIKELY,
        margin=MARGIN,
    )


def _marked(
    insight: Insight,
    histories: Mapping[str, CustomerHistory],
    palette: Palette,
    tally: Tally,
    marks: Marks,
    review: Doubts | None,
    told: Collection[str],
) -> Card:
    """The card of an insight, with the classes of all that the page narrows to."""
    doubts = review(insight) if review else ()
    fields = counted(tally)
    values = labelled_values(insight.answer or {}, insight.probabilities)
    pairs = [(path, label_text(value)) for path, value in values.items() if path in fields]
    pairs += [("", insight.status)]
    pairs += [("", "uncertain")] if uncertain_fields(insight) else []
    pairs += [("", "for review")] if doubts else []
    classes = " ".join(marks.give(insight.task, path, label) for path, label in pairs)
    shown = card_of(insight, histories.get(insight.customer_id), palette, doubts, classes)
    stand_elsewhere = (*told, *(tally.warnings if tally.statuses.total() > 1 else ()))
    return replace(shown, warnings=[one for one in shown.warnings if one not in stand_elsewhere])


def _narrowings(marks: Marks) -> list[dict[str, Any]]:
    """Each mark with what its cards have in common, in words."""
    return [
        {
            "mark": f"m{number}",
            "task": words(task),
            "field": "" if words(path) == words(task) else words(path.removesuffix(".value")),
            "label": words(label),
            "cards": marks.cards[number],
        }
        for (task, path, label), number in marks.numbers.items()
    ]
