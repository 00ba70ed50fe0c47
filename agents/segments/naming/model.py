"""A language model names segments; its criterion stays only where it tells members from others."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fewsight.agents.segments.cards import Card, Criterion
from fewsight.agents.segments.naming.asked import judging_task, naming_task
from fewsight.agents.segments.naming.words import shown_card, shown_customer
from fewsight.agents.segments.table import ROW, Facts, quoted
from fewsight.prompts.task import Task
from fewsight.statistics.arrays import Flags
from fewsight.statistics.bootstrap import bootstrap_interval
from fewsight.statistics.statistic import share_like

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

EACH: Final = 40
"""Members, and as many others, to whom a criterion is applied."""

ALWAYS: Final = 2 / 3
"""F1 of who says yes of everybody, where half are members."""


Options = Mapping[str, Any]
"""Of `fewsight.run`: which engine and model answer."""


def name_by_model(
    facts: Facts, cards: Sequence[Card], before: Mapping[str, Card], options: Options, seed: int
) -> list[Card]:
    """Cards with the model's names and criteria where those separate; the others as they were, with what was tried.

    A name that the card of the run before has is tried first, and stays while its criterion separates.

    Args:
        facts: with the table `assigned` (ROW, segment) beside it.
        cards: named by rules, in the order of the segments' numbers.
        before: cards of the run before by id.
        options: the engine and the model.
        seed: of the sample.

    Raises:
        FewsightError: the engine or the model can't be used.
    """
    fresh = _names(cards, options)
    named = []
    for number, card in enumerate(cards):
        old = before.get(card.id)
        tried = [(old.name, old.criterion.text)] if old and old.named_by == "model" and old.criterion else []
        tried += [fresh[card.id]] if card.id in fresh else []
        named.append(_first_that_separates(facts, card, number, tried, options, seed))
    kept = sum(card.named_by == "model" for card in named)
    logger.info("The model's criteria separate %d of %d segments; the others are named by rules.", kept, len(named))
    return named


def _names(cards: Sequence[Card], options: Options) -> dict[str, tuple[str, str]]:
    asked = [card for card in cards if card.unusual]
    answers = _answers(naming_task(), {card.id: shown_card(card) for card in asked}, options)
    return {name: (answer["name"].strip(), answer["criterion"].strip()) for name, answer in answers.items()}


def _first_that_separates(
    facts: Facts, card: Card, number: int, tried: Sequence[tuple[str, str]], options: Options, seed: int
) -> Card:
    for name, text in tried:
        criterion = _measured(facts, card, number, text, options, seed)
        card = card.model_copy(update={"criterion": criterion})
        if criterion.separates:
            return card.model_copy(update={"name": name, "named_by": "model"})
    return card


def _measured(facts: Facts, card: Card, number: int, text: str, options: Options, seed: int) -> Criterion:
    if any(letter.isdigit() for letter in text):
        return Criterion(text=text, f1=0.0, low=0.0, high=0.0, rows=0, separates=False)
    sample, members = _sample(facts, card, number, seed)
    shown = {str(place): shown_customer(row, _facts_of(card)) for place, row in enumerate(sample.to_dict("records"))}
    answers = _answers(judging_task(text), shown, options)
    says = np.array([answers.get(str(place), {}).get("holds") == "yes" for place in range(len(sample))])
    figure = f1(says, members)
    return Criterion(text=text, **figure, rows=len(sample), separates=figure["low"] > ALWAYS)


def f1(says: Flags, members: Flags) -> dict[str, float]:
    """F1 of what a criterion says of members, with a bootstrap interval over customers."""
    columns = np.column_stack([says & members, says, members]).astype(float)
    statistic = share_like(columns, lambda sums: 2 * sums[..., 0] / np.maximum(sums[..., 1] + sums[..., 2], 1))
    interval = bootstrap_interval(statistic, np.arange(len(says)))
    return {"f1": round(interval.value, 3), "low": round(interval.low, 3), "high": round(interval.high, 3)}


def _sample(facts: Facts, card: Card, number: int, seed: int) -> "tuple[pd.DataFrame, Flags]":
    """As many members as others, drawn by a seed; in an order that tells nothing."""
    columns = ", ".join(f"facts.{quoted(name)}" for name in _facts_of(card))
    query = f"""SELECT {columns}, assigned.segment = $1 AS fewsight_member FROM facts JOIN assigned USING ({ROW})
        WHERE assigned.segment >= 0
        QUALIFY row_number() OVER (PARTITION BY assigned.segment = $1 ORDER BY hash({ROW} + $2)) <= $3
        ORDER BY hash({ROW} + $2)"""  # noqa: S608 - quoted
    frame: pd.DataFrame = facts.connection.execute(query, [number, seed, EACH]).df()
    return frame, frame.pop("fewsight_member").to_numpy(bool)


def _facts_of(card: Card) -> list[str]:
    return list(dict.fromkeys(one.fact for one in card.unusual))


def _answers(task: Task, texts: Mapping[str, str], options: Options) -> dict[str, Mapping[str, Any]]:
    import pandas as pd

    from fewsight.serving.run.api import run

    if not texts:
        return {}
    frame = pd.DataFrame({"customer_id": list(texts), "text": list(texts.values())})
    answered = run(task, frame, progress=False, mask=False, language="en", **options)
    return {one.customer_id: one.answer for one in answered if one.answer is not None}
