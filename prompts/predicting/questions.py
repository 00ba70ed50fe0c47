"""How a question about the future is put to a model, in plain words of each language."""

from collections.abc import Sequence
from typing import Final

from fewsight.outcomes import Outcome
from fewsight.outcomes.bins import NONE
from fewsight.outcomes.outcome import NO, YES, named
from fewsight.prompts.task import Language
from fewsight.prompts.words import KINDS

_QUESTIONS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "any": "Will this customer have at least one {kind} {period}?",
        "none": "Will this customer have no {kind} at all {period}?",
        "first": "Will this customer have a first {kind} {period}?",
        "count": "How many {kind} events will this customer have {period}?",
        "spend": "How much{currency} will this customer spend {period}? Orders count, less what is refunded.",
    },
    "zh": {
        "any": "该客户{period}会有至少一次{kind}吗？",
        "none": "该客户{period}会完全没有{kind}吗？",
        "first": "该客户{period}会有第一次{kind}吗？",
        "count": "该客户{period}会有几次{kind}？",
        "spend": "该客户{period}会消费多少{currency}？按订单金额减去退款计算。",
    },
}
_ANSWERS: Final[dict[Language, dict[str, tuple[str, str]]]] = {
    "en": {
        "any": ("at least one {kind} then", "no {kind} then"),
        "none": ("no {kind} then", "at least one {kind} then"),
        "first": ("a first {kind} then", "no {kind} then"),
    },
    "zh": {
        "any": ("会有至少一次{kind}", "不会有{kind}"),
        "none": ("不会有{kind}", "会有至少一次{kind}"),
        "first": ("会有第一次{kind}", "不会有{kind}"),
    },
}
_PERIODS: Final[dict[Language, tuple[str, str]]] = {
    "en": ("within the {n} days after the history ends", "within the {n} days that begin {gap} days after it ends"),
    "zh": ("在记录结束后的{n}天内", "在记录结束{gap}天之后的{n}天内"),
}
_SAME: Final[dict[Language, str]] = {
    "en": "{kind} (with the {column} of the event at which the history ends)",
    "zh": "{kind}（{column}与记录最后事件相同）",
}
_NONE: Final[dict[Language, str]] = {"en": "none at all", "zh": "完全没有"}


def question(outcome: Outcome, language: Language) -> str:
    """The question in a sentence.

    >>> question(Outcome("none", "order", 90), "en")
    'Will this customer have no order at all within the 90 days after the history ends?'
    >>> question(Outcome("count", "order", 30, gap_days=7), "zh")
    '该客户在记录结束7天之后的30天内会有几次下单？'
    """
    period = _PERIODS[language][outcome.gap_days > 0].format(n=outcome.horizon_days, gap=outcome.gap_days)
    currency = f" ({outcome.currency})" if outcome.currency else ""
    if language == "zh":
        currency = currency.strip().replace("(", "（").replace(")", "）")
    words = _QUESTIONS[language][outcome.happens]
    return words.format(kind=_kind(outcome, language), period=period, currency=currency)


def descriptions(outcome: Outcome, labels: Sequence[str], language: Language) -> dict[str, str]:
    """What each label means; bins say themselves what they are, but for 'nothing'."""
    if outcome.is_number:
        return {NONE: _NONE[language]} if NONE in labels else {}
    words = (part.format(kind=_kind(outcome, language)) for part in _ANSWERS[language][outcome.happens])
    return dict(zip((YES, NO), words, strict=True))


def _kind(outcome: Outcome, language: Language) -> str:
    word = KINDS[language].get(outcome.kind)
    plain = named(outcome.kind, 1) if word is None else word
    return _SAME[language].format(kind=plain, column=outcome.same) if outcome.same else plain
