"""The values of an answer in words, with the likeliest labels of those that were scored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from fewsight.answers import label_text, list_key, list_shares
from fewsight.insight import Insight
from fewsight.pages.formats import shortened
from fewsight.pages.insights.certainty import is_overruled, is_uncertain, rival
from fewsight.pages.insights.colours import QUIET, Colour, colours

Palette = Mapping[str, Mapping[str, Colour]]
"""Colours by field and label; fields that are not in it are coloured by the labels that an insight has."""

BARS: Final = 3
LONGEST_NAME: Final = 80
LONGEST_TEXT: Final = 400
"""Most labels of a field that a card shows, and most characters of a name or label, and of a text."""


class Bar(NamedTuple):
    """A label with its share of a whole, 0 to 1, and the classes of its colour."""

    label: str
    share: float
    colour: str


@dataclass(frozen=True, slots=True)
class Line:
    """One value of an answer.

    `rival` is the label that the value hardly leads, or that it was put before although it is likelier
    (`is_overruled`); None where the value is certain or was not scored.
    """

    name: str
    value: str
    bars: tuple[Bar, ...] = ()
    tags: tuple[str, ...] = ()
    is_text: bool = False
    is_list: bool = False
    is_uncertain: bool = False
    is_overruled: bool = False
    rival: str | None = None
    is_quiet: bool = False

    @property
    def confidence(self) -> float | None:
        """The probability of the value; None where it was not scored."""
        return self.bars[0].share if self.bars else None


def lines(insight: Insight, palette: Palette) -> list[Line]:
    """All values but the evidence, which has its own place on a card."""
    return short_names(list(_lines(insight, palette, insight.answer or {}, "")))


def words(name: str) -> str:
    """A name as people read it.

    >>> words("service/late_delivery"), words("aspects.price")
    ('service › late delivery', 'aspects · price')
    """
    return shortened(name, LONGEST_NAME).replace("_", " ").replace("/", " › ").replace(".", " · ")


def short_names(all_lines: list[Line]) -> list[Line]:
    """Leave out the groups that fields stand in, where the last word alone tells which field it is."""
    last = [line.name.rpartition(" · ")[2] for line in all_lines]
    return [
        replace(line, name=word) if last.count(word) == 1 else line for line, word in zip(all_lines, last, strict=True)
    ]


def _lines(insight: Insight, palette: Palette, values: Mapping[str, Any], prefix: str) -> Iterator[Line]:
    for name, value in values.items():
        path = prefix + name
        if isinstance(value, Mapping) and "value" in value:  # a value, and what is said about it
            tags = [label_text(tag) for key, tag in value.items() if key != "value" and isinstance(tag, str | bool)]
            line = _line(insight, palette, path + ".value", words(path), value["value"])
            yield replace(line, tags=tuple(word for word in map(words, tags) if word != line.value))
        elif isinstance(value, Mapping):
            yield from _lines(insight, palette, value, path + ".")
        elif not _is_evidence(insight, name, value):
            yield _line(insight, palette, path, words(path), value)


def _is_evidence(insight: Insight, name: str, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value only repeats the insight's evidence."""
    return (
        isinstance(value, list | tuple)
        and set(map(str, value)) <= set(insight.evidence)
        and bool(value or name == "evidence")
    )


def _line(insight: Insight, palette: Palette, path: str, name: str, value: Any) -> Line:  # noqa: ANN401
    if isinstance(value, list | tuple):
        if in_list := list_shares(insight.probabilities, path):
            return _listed(name, list(map(label_text, value)), in_list)
        return Line(
            name, shortened(", ".join(map(str, value)), LONGEST_TEXT) or "none", is_text=bool(value), is_quiet=not value
        )
    if not isinstance(value, str | bool) and path in insight.probabilities:
        value = label_text(value)  # a number or nothing that was one of several labels
    if not isinstance(value, str | bool):
        return Line(name, "none" if value is None else f"{value:,}", is_quiet=value is None)
    if shares := insight.probabilities.get(path):
        return _scored(name, value, shares, palette.get(path) or colours(shares))
    if isinstance(value, str) and (" " in value or len(value) >= 40):
        return Line(name, shortened(value, LONGEST_TEXT), is_text=True)
    return Line(name, _label(label_text(value), value), is_quiet=label_text(value).lower() in QUIET)


def _scored(name: str, value: str | bool, shares: Mapping[str, float], palette: Mapping[str, Colour]) -> Line:
    chosen = label_text(value)
    # The chosen label leads, also where a threshold or a rule overruled the likeliest one.
    ordered = sorted(shares, key=lambda word: (word != chosen, -shares[word]))[:BARS]
    bars = tuple(Bar(_label(word, value), shares[word], palette[word].classes) for word in ordered)
    unsure, other = is_uncertain(shares, chosen), rival(shares, chosen)
    return Line(
        name,
        _label(chosen, value),
        bars,
        is_uncertain=unsure,
        is_overruled=is_overruled(shares, chosen),
        rival=_label(other, value) if unsure and other is not None else None,
        is_quiet=chosen.lower() in QUIET,
    )


def _listed(name: str, chosen: Sequence[str], shares: Mapping[str, float]) -> Line:
    """A list of labels with the probability of each that it holds, and of the likeliest others."""
    known = {list_key(label): label for label in chosen}
    ordered = sorted(shares, key=lambda key: (key not in known, -shares[key]))[: max(BARS, len(known))]
    hues = colours(shares)
    either = ({"true": share, "false": 1 - share} for share in shares.values())
    said = (label_text(key in known) for key in shares)
    return Line(
        name,
        ", ".join(map(words, chosen)) or "none",
        tuple(Bar(words(known.get(key, key)), shares[key], hues[key].classes) for key in ordered),
        is_list=True,
        is_uncertain=any(map(is_uncertain, either, said)),
        is_quiet=not chosen,
    )


def _label(word: str, beside: str | bool) -> str:
    """A label in words; those of a yes or no are JSON's."""
    return {"true": "yes", "false": "no"}.get(word, word) if isinstance(beside, bool) else words(word)
