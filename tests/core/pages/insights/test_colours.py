"""Labels are told apart by colour and pattern, and are seen on every ground, light and dark."""

import itertools
import math
import re
from pathlib import Path

import pytest

from fewsight.pages import formats
from fewsight.pages.insights.colours import HUES, PATTERNS, colours

Theme = dict[str, str]
_CSS = (Path(str(formats.__file__)).parent / "theme.css").read_text()
_LIGHT, _DARK = (dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})\b", part)) for part in _CSS.split("@media"))
_LIGHT |= {"paper": "#ffffff"}
THEMES = pytest.mark.parametrize("theme", [_LIGHT, _DARK], ids=["light", "dark"])
NAMES = [*(f"hue-{number}" for number in range(HUES)), "hue-grey"]


def linear(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio."""
    low, high = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(one), linear(other)))
    return (high + 0.05) / (low + 0.05)


def oklab(colour: str) -> tuple[float, float, float]:
    """Björn Ottosson's OKLab, in which equal distances look alike."""
    r, g, b = linear(colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@THEMES
def test_colours_are_seen_on_cards_and_tracks(theme: Theme) -> None:
    for name, ground in itertools.product(NAMES, ("paper", "track")):
        assert contrast(theme[name], theme[ground]) >= 3, (name, ground)


@THEMES
def test_words_can_be_read(theme: Theme) -> None:
    pairs = [("ink", "paper"), ("ink", "mark"), ("quiet", "paper"), ("quiet", "ground"), ("quiet", "tag")]
    pairs += [("warn", "warn-ground"), ("warn", "paper"), ("bad", "bad-ground"), ("link", "paper"), ("quiet", "mark")]
    for name, ground in pairs:
        assert contrast(theme[name], theme[ground]) >= 4.5, (name, ground)


@THEMES
def test_no_two_hues_look_alike(theme: Theme) -> None:
    for one, other in itertools.combinations(NAMES, 2):
        assert math.dist(oklab(theme[one]), oklab(theme[other])) > 0.08, (one, other)


@THEMES
def test_feelings_have_the_colours_that_are_expected(theme: Theme) -> None:
    feelings = colours(["positive", "negative", "neutral", "mixed", "not_mentioned"])
    red, green, _ = linear(theme[feelings["negative"].classes])
    assert red > 2 * green
    red, green, blue = linear(theme[feelings["positive"].classes])
    assert green > max(red, blue)
    red, green, blue = linear(theme[feelings["mixed"].classes])
    assert red > green > 2 * blue
    assert feelings["neutral"].classes == "hue-grey"
    assert feelings["not_mentioned"].classes == "hue-grey pattern-1"


def test_labels_of_a_field_have_colours_of_their_own() -> None:
    many = [f"label {number}" for number in range(HUES * PATTERNS)]
    assert len(set(colours(many).values())) == HUES * PATTERNS
    assert len(colours([*many, "one more", "positive"])) == len(many) + 2


def test_a_label_keeps_its_colour_whatever_else_was_answered() -> None:
    assert colours(["refund"])["refund"] == colours(["refund", "positive", "unknown"])["refund"]
    assert colours(["b", "a", "c"]) == colours(["c", "b", "a"])


def test_every_class_is_painted() -> None:
    css = (Path(str(formats.__file__)).parent / "labels.css").read_text()
    for colour in colours(f"label {number}" for number in range(HUES * PATTERNS)).values():
        assert all(f".{name} " in css for name in colour.classes.split())
