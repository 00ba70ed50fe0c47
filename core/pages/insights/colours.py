"""A colour of its own for each label of a field, the same on every page."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

HUES: Final = 11
"""Hues of the theme, `--hue-0` to `--hue-10`."""

PATTERNS: Final = 4
"""Plain, and three patterns where hues run out. Beyond `HUES` x `PATTERNS` labels, colours repeat."""

QUIET: Final = frozenset({"unknown", "not_mentioned", "none", "not_applicable", "na", "n/a"})
"""Labels that say that there is nothing to say."""

_STEP: Final = 5
"""From one hue to the next that is tried; prime to `HUES`, so all are reached."""


class Colour(NamedTuple):
    """A hue of the theme, None for grey, and the number of a pattern."""

    hue: int | None
    pattern: int = 0

    @property
    def classes(self) -> str:
        """The classes of base.css that paint it.

        >>> Colour(3, 1).classes, Colour(None).classes
        ('hue-3 pattern-1', 'hue-grey')
        """
        hue = "hue-grey" if self.hue is None else f"hue-{self.hue}"
        return f"{hue} pattern-{self.pattern}" if self.pattern else hue


_EXPECTED: Final = {
    "positive": Colour(1),  # green
    "negative": Colour(2),  # red
    "mixed": Colour(3),  # amber
    "neutral": Colour(None),
    **{word: Colour(None, 1) for word in sorted(QUIET)},
}


def colours(labels: Iterable[str]) -> Mapping[str, Colour]:
    """The colours of a field's labels: what a feeling is expected to have, else what follows from the label itself.

    A label keeps its colour from run to run, unless another one of the field has taken it before by the alphabet.

    >>> colours(["negative", "neutral"])["negative"].classes
    'hue-2'
    """
    known = sorted(set(labels))
    taken = {label: _EXPECTED[label.lower()] for label in known if label.lower() in _EXPECTED}
    used = set(taken.values())
    for label in known:
        if label not in taken:
            taken[label] = next((one for one in _choices(label) if one not in used), next(iter(_choices(label))))
            used.add(taken[label])
    return taken


def _choices(label: str) -> list[Colour]:
    """Every colour, the label's own hue first, plain ones before patterns."""
    own = hashlib.sha256(label.encode(errors="replace")).digest()[0]
    hues = [(own + _STEP * number) % HUES for number in range(HUES)]
    return [Colour(hue, pattern) for pattern in range(PATTERNS) for hue in hues]
