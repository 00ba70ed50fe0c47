"""Claims as sentences: templates of ours with slots, in English and Chinese. Nothing else words a report."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

from fewsight.agents.reports.model import Condition, Direction, Figure, Statistic, Words
from fewsight.errors import TaskError
from fewsight.pages.formats import grouped, percent
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import LANGUAGES, Language
from fewsight.tables.values.currencies import money

_NAMED: Final = 60
"""Most characters of a name that a table brings."""

Labels = Mapping[Language, Mapping[str, str]]
"""Words for labels by language."""


@lru_cache(maxsize=1)
def templates() -> dict[Language, dict[str, str]]:
    """The sentences by language and name."""
    read = tomllib.loads(files("fewsight.agents.reports.words").joinpath("words.toml").read_text(encoding="utf-8"))
    return {language: read[language] for language in LANGUAGES}


def label_words(field: str) -> Labels:
    """What the task says of each label of a field, where it can be found here; Chinese only, English labels are words.

    >>> label_words("churn_reason.reason")["zh"]["delivery/cost"]
    '运费太贵'
    """
    name, _, path = field.partition(".")
    try:
        described = load_task(name).descriptions
    except TaskError:
        return {}
    return {"zh": described["zh"].get(path, {})} if "zh" in described else {}


def said_label(label: str, language: Language, labels: Labels) -> str:
    """A label as words.

    >>> said_label("delivery/damaged_or_lost", "en", {})
    'delivery: damaged or lost'
    """
    return labels.get(language, {}).get(label) or label.replace("/", ": ").replace("_", " ")


def aspect_words(names: Iterable[str]) -> dict[Language, dict[str, str]]:
    """Names of aspects by language: those that we know, else as they are called."""
    return {
        language: {name: templates()[language].get(f"aspect.{name}", name.replace("_", " ")) for name in names}
        for language in LANGUAGES
    }


def aspect_meanings(field: str, names: Iterable[str]) -> dict[str, str]:
    """What each aspect is about, in the words by which the task tells its labels apart, else its name."""
    task, _, path = field.partition(".")
    try:
        told = load_task(task).descriptions.get("en", {})
    except TaskError:
        told = {}
    by_name = {name: told.get(f"{path}.{name}", {}) for name in names}
    return {
        name: "; ".join(labels[one] for one in ("negative", "positive") if one in labels) or name.replace("_", " ")
        for name, labels in by_name.items()
    }


def topic_name(keywords: Sequence[str]) -> str:
    """A topic's keywords as its name."""
    return ", ".join(keywords) or "…"


def topic_both(keywords: Sequence[str]) -> Words:
    """A topic's name, alike in all languages."""
    return _both(lambda _: topic_name(keywords))


def label_both(label: str, labels: Labels) -> Words:
    """A label in both languages."""
    return _both(lambda language: said_label(label, language, labels))


def scope_both(scope: Condition) -> Words:
    """A filter as a chart names it."""
    return _both(lambda _: scope_name(scope))


def voice_words(complaining: int, customers: int, share: Figure) -> Words:
    """The first sentence of a report of voices."""
    return _both(
        lambda language: templates()[language]["voice"].format(
            complaining=grouped(complaining), n=grouped(customers), share=share_words(share)
        )
    )


def claim_words(
    statistic: Statistic,
    scope: Condition,
    direction: Direction,
    figures: tuple[Figure, Figure, Figure],
    customers: tuple[int, int],
    labels: Labels,
) -> Words:
    """The sentence of a claim; `figures` are share, share of the others, and gap."""
    share, others, gap = figures

    def sentence(language: Language) -> str:
        reason = said_label(statistic.label, language, labels) if statistic.label else ""
        during = ".time" if scope.kind == "time" else ""
        return templates()[language][f"{statistic.name}.{direction}{during}"].format(
            scope=scope_words(scope, language),
            now=_one_line(scope.value or ""),
            before=_one_line(scope.name),
            reason=reason,
            share=percent(share.value),
            others=percent(others.value),
            n=grouped(customers[0]),
            others_n=grouped(customers[1]),
            gap=gap_words(gap, language),
        )

    return _both(sentence)


def lead_words(leaving: int, customers: int, share: Figure) -> Words:
    """The first sentence of a report."""
    name = "lead" if leaving else "none_leave"
    return _both(
        lambda language: templates()[language][name].format(
            leaving=grouped(leaving), n=grouped(customers), share=share_words(share)
        )
    )


def change_words(names: tuple[str, str], customers: tuple[int, int], shares: tuple[Figure, Figure] | None) -> Words:
    """The first sentence of a report of change, of now and before; without shares only who is compared."""
    name = "change" if shares else "change.periods"

    def sentence(language: Language) -> str:
        given = [share_words(share) for share in shares] if shares else ["", ""]
        return templates()[language][name].format(
            now=_one_line(names[0]),
            before=_one_line(names[1]),
            n=grouped(customers[0]),
            before_n=grouped(customers[1]),
            share=given[0],
            before_share=given[1],
        )

    return _both(sentence)


def customer_words(name: str, reason: Words, probability: float) -> Words:
    """The first sentence of a page about a customer; no probability is told where the model gave none."""
    form = "customer" if probability else "customer.unsure"

    def sentence(language: Language) -> str:
        said = reason.zh if language == "zh" else reason.en
        return templates()[language][form].format(name=_one_line(name), reason=said, probability=percent(probability))

    return _both(sentence)


def answer_words(name: str, scope: Condition | None, given: Mapping[str, str | int | Figure | Words | None]) -> Words:
    """A sentence that answers a question about a group, or about everyone."""

    def sentence(language: Language) -> str:
        about = scope_words(scope, language) if scope else templates()[language]["scope.all"]
        currency = given.get("currency")
        written = {key: _written(key, value, language, currency) for key, value in given.items()}
        return templates()[language][f"answer.{name}"].format(scope=about, **written)

    return _both(sentence)


def _written(key: str, value: str | int | Figure | Words | None, language: Language, currency: object) -> str:
    if isinstance(value, Words):
        return value.zh if language == "zh" else value.en
    if isinstance(value, Figure):
        return money_words(value, str(currency or "")) if key == "each" else share_words(value)
    if isinstance(value, int):
        return money(value, str(currency or "")) if key == "total" else grouped(value)
    return value or ""


def money_words(figure: Figure, currency: str) -> str:
    """A mean of money with its interval."""
    value, low, high = (
        "?" if end is None else money(round(end), None) for end in (figure.value, figure.low, figure.high)
    )
    return f"{value} {currency} ({low}–{high})"


def share_words(share: Figure) -> str:
    """A share with its interval, alike in all languages.

    >>> share_words(Figure(value=0.93, low=0.921, high=0.939, confidence=0.95))
    '93.0 % (92.1–93.9)'
    """
    assert share.low is not None
    assert share.high is not None
    return f"{percent(share.value)} ({100 * share.low:.1f}–{100 * share.high:.1f})"


def gap_words(gap: Figure, language: Language) -> str:
    """A difference of shares in points, with its interval."""
    ends = ("?" if end is None else f"{100 * end:+.1f}" for end in (gap.value, gap.low, gap.high))
    value, low, high = ends
    return templates()[language]["gap"].format(value=value, low=low, high=high)


def scope_words(scope: Condition, language: Language) -> str:
    """A filter in words; what a table brings is cut to 60 characters and one line."""
    if scope.kind == "time":
        return scope_words(scope.within, language) if scope.within else templates()[language]["scope.all"]
    bound = "at_least" if scope.at_least is not None else "at_most" if scope.at_most is not None else None
    number = scope.at_least if scope.at_least is not None else scope.at_most
    value = number_words(number) if number is not None else _one_line(scope.value or "")
    name = _one_line(scope.name.replace("_", " "))
    return templates()[language][f"scope.{bound or scope.kind}"].format(name=name, value=value)


def scope_name(scope: Condition) -> str:
    """A filter as a chart names it, alike in all languages.

    >>> scope_name(Condition(kind="fact", name="tenure_days", at_least=300))
    'tenure days ≥ 300'
    """
    if scope.kind == "time":
        return _one_line(scope.value or "")
    name = _one_line(scope.name.replace("_", " "))
    for sign, bound in (("≥", scope.at_least), ("≤", scope.at_most)):
        if bound is not None:
            return f"{name} {sign} {number_words(bound)}"
    value = _one_line(scope.value or "")
    return f"{name}: {value}" if name else value


def number_words(number: float) -> str:
    """A bound as people write it: whole from a thousand on, else four digits.

    >>> number_words(1567.924501), number_words(0.22807989), number_words(3.0)
    ('1,568', '0.2281', '3')
    """
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _NAMED else line[: _NAMED - 1] + "…"


def _both(sentence: Callable[[Language], str]) -> Words:
    return Words(en=sentence("en"), zh=sentence("zh"))
