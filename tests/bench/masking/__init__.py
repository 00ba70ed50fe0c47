"""Recall of masking by type and language, and what it masks without need: `python -m tests.bench masking`.

The texts are templates and sentences of our own in `<language>.toml`; `part=dev` is for developing rules.
A value counts as masked when none of its letters and digits is left readable.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from fewsight import CustomerHistory, Event
from fewsight.masking import DEFAULT, PresidioDetector, Pseudonymizer
from tests.bench.common import Figure
from tests.bench.masking.values import LANGUAGES, Part, Sample, ordinary, samples

_PSEUDONYM = re.compile(r"(\[[A-Z]+_[0-9]+\])")
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:[.,'’\-][^\W_\u3400-\u9fff]+)*")


def measure(
    part: str = "figures", each: int = 40, languages: str = "", presidio: str = "", show: int = 0
) -> list[Figure]:
    """Recall in percent, without and with the profile, and the share of words that are masked without need.

    `languages` and `presidio` (those in which Presidio's detector is added) are separated by commas; `show` prints
    that many misses of each type, and is not for `part=figures`.
    """
    figures = []
    for language in languages.split(",") if languages else LANGUAGES:
        extra = (PresidioDetector(language=language),) if language in presidio.split(",") else ()
        masker = Pseudonymizer(detectors=(*DEFAULT, *extra))
        for condition in ("without the profile", "with the profile"):
            recall = _recall(masker, samples(language, _part(part), each), condition == "with the profile", show)
            figures += [Figure(f"{language}, {kind}, {condition}", value) for kind, value in recall.items()]
        figures.append(Figure(f"{language}, masked without need", _over(masker, ordinary(language, _part(part)), show)))
    return figures


def _part(name: str) -> Part:
    return "dev" if name == "dev" else "figures"


def _recall(masker: Pseudonymizer, texts: Iterator[Sample], profile: bool, show: int) -> Mapping[str, float]:
    hits: dict[str, list[bool]] = defaultdict(list)
    for sample in texts:
        read = _masked(masker, sample.text, sample.profile if profile else {})
        hit = all(read[at] for start, end in sample.spans for at in range(start, end) if sample.text[at].isalnum())
        hits[sample.kind].append(hit)
        if not hit and show > hits[sample.kind].count(False) - 1:
            print(f"  missed {sample.kind}: {sample.text!r} {[sample.text[s:e] for s, e in sample.spans]}")
    return {kind: 100 * sum(found) / len(found) for kind, found in hits.items()}


def _over(masker: Pseudonymizer, texts: list[str], show: int) -> float:
    words = lost = 0
    for text in texts:
        read = _masked(masker, text, {})
        spans = [match.span() for match in _WORD.finditer(text)]
        gone = [text[start:end] for start, end in spans if any(read[start:end])]
        words, lost = words + len(spans), lost + len(gone)
        if gone and show:
            print(f"  masked without need: {gone} in {text!r}")
    return 100 * lost / words


def _masked(masker: Pseudonymizer, text: str, profile: Mapping[str, str]) -> list[bool]:
    """For each character of the text whether it was masked."""
    masked = masker.mask(CustomerHistory("c", (Event("e", None, "message", text=text),), profile))
    pieces = _PSEUDONYM.split(masked.history.events[0].text or "")
    pattern = "".join(
        f"({re.escape(masked.pseudonyms[piece])}|.+?)" if number % 2 else re.escape(piece)
        for number, piece in enumerate(pieces)
    )
    match = re.fullmatch(pattern, text, re.DOTALL)
    assert match is not None, (text, pieces)
    read = [False] * len(text)
    for group in range(1, len(match.groups()) + 1):
        for at in range(*match.span(group)):
            read[at] = True
    return read
