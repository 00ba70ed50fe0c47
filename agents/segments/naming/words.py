"""Facts in words: for names of segments, and for what a model is shown of them and of customers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fewsight.agents.segments.cards import Card, Unusual

_NAMED: Final = 2
"""Facts in a name."""

_SHARES: Final = ("share", "probability")


def rule_name(card: Card) -> str:
    """A name of what is most unusual about a segment; its id where nothing is.

    >>> one = Unusual(fact="orders_count", statistic="median", value=9, everyone=2, effect=1.2)
    >>> rule_name(Card(id="S1", version=1, size=50, unusual=[one], lifts=[], rule=None))
    'High orders count'
    """
    words = [_named(one) for one in card.unusual[:_NAMED]]
    return "; ".join(words).capitalize() if words else card.id


def shown_card(card: Card) -> str:
    """What a model is shown of a segment: its unusual facts beside everyone's."""
    return "; ".join(
        f"{fact_words(one.fact)}{f' is {one.word}' if one.word else ''}: {_value(one.fact, one.value)} "
        f"(everyone {_value(one.fact, one.everyone)})"
        for one in card.unusual
    )


def shown_customer(row: Mapping[Any, Any], facts: Sequence[str]) -> str:
    """What a model is shown of a customer: the same facts."""
    return "; ".join(f"{fact_words(name)}: {_value(name, row[name])}" for name in facts)


def fact_words(name: str) -> str:
    """A fact's name as people read it.

    >>> fact_words("spend_90d_eur_minor")
    'spend 90d eur'
    """
    return name.replace("_minor", "").replace("_", " ")


def _named(one: Unusual) -> str:
    if one.word:
        return f"{'mostly' if one.effect > 0 else 'seldom'} {fact_words(one.fact)} {one.word}"
    return f"{'high' if one.effect > 0 else 'low'} {fact_words(one.fact)}"


def _value(name: str, value: Any) -> str:  # noqa: ANN401 - a number, a word, or None
    if value is None or value != value:
        return "unknown"
    if isinstance(value, str):
        return value
    if any(part in name for part in _SHARES):
        return f"{100 * value:.0f} %"
    return f"{value / 100:,.0f}" if name.endswith("_minor") else f"{value:,.3g}"
