"""Labels that are probably not meant as they stand: nearly equal ones, words for 'nothing', one alone, very many."""

import logging
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

logger = logging.getLogger(__name__)

_NOTHING: Final = frozenset(
    {"", "n/a", "#n/a", "na", "nan", "null", "none", "nil", "\\n", "-", "--", "?", "empty", "(blank)"}
)

_SHOWN: Final = 5
LISTED: Final = 100
"""The most labels that `templates/labelling*.jinja` list."""


def label_doubts(labels: Sequence[str], meant: Iterable[str] = ()) -> list[str]:
    """What is doubtful about a field's labels, in sentences; `meant` are those that stand for nothing on purpose.

    >>> label_doubts(["refund", "Refund", "delivery"])
    ["'refund' and 'Refund' differ only in case, accents, marks or spaces; they are 2 labels"]
    """
    alike: dict[str, list[str]] = {}
    for label in labels:
        alike.setdefault(_plain(label), []).append(label)
    near = [some for some in alike.values() if len(some) > 1]
    doubts = [
        f"{' and '.join(map(_shown, some))} differ only in case, accents, marks or spaces; they are {len(some)} labels"
        for some in near[:_SHOWN]
    ]
    doubts[_SHOWN:] = [f"{len(near) - _SHOWN} more such groups"] if len(near) > _SHOWN else []
    nothing = [label for label in labels if label.strip().casefold() in _NOTHING and label not in set(meant)]
    if nothing:
        doubts.append(f"{', '.join(map(_shown, nothing))}: a word for no value; leave it out unless it is an answer")
    if len(labels) > LISTED:
        doubts.append(
            f"there are {len(labels)}, and labelling templates list no more than {LISTED}; show examples (--shots), or "
            "train an adapter"
        )
    if len(labels) == 1:
        doubts.append(f"{_shown(labels[0])} is the only label, so it is every answer")
    return doubts


def warn_of_labels(task: str, fields: Mapping[str, Sequence[str]], meant: Iterable[str] = ()) -> None:
    """Log what is doubtful about the labels of a task, once for each task of a process."""
    for path, labels in fields.items():
        _warn(task, path, tuple(labels), tuple(meant))


@lru_cache(maxsize=1024)
def _warn(task: str, path: str, labels: tuple[str, ...], meant: tuple[str, ...]) -> None:
    for doubt in label_doubts(labels, meant):
        logger.warning("task %r, labels of %s: %s", task, path, doubt)


def _plain(label: str) -> str:
    """A label without what the eye may miss: case, accents, invisible characters, kinds of spaces and of strokes."""
    spread = unicodedata.normalize("NFKD", label)
    kept = "".join(c for c in spread if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return " ".join(kept.casefold().replace("_", " ").replace("-", " ").split())


def _shown(label: str) -> str:
    """A label in quotes, with everything that can't be seen written out."""
    composed = unicodedata.normalize("NFC", label) == label
    return repr(label) if composed and "\xa0" not in label else ascii(label)
