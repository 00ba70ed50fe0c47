"""Labels in words, as a sentence encoder reads them."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from fewsight.errors import InputError
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.task import Task

PHRASES: Final = ("{}", "The customer asks about {}.", "My question is about {}.")
"""How a label may be meant; their vectors are averaged. Chosen on Banking77's validation rows, with two encoders."""

_NO_NAMES: Final = {"true", "false"}


def spoken(label: str) -> str:
    """A label as words.

    >>> spoken("card_arrival"), spoken("price/too_expensive"), spoken("RefundRequest?"), spoken("null")
    ('card arrival', 'price too expensive', 'refund request', 'none')
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", label)
    words = " ".join(re.sub(r"[^\w']+|_", " ", apart).split()).lower()
    return "none" if label == "null" else words or label


def label_texts(task: Task, field: ClosedField) -> list[list[str]]:
    """For each label of a field, the texts that stand for it: phrases with its name, and its description if it has one.

    Where a task has several closed fields, the field's own name stands before the label.
    """
    path = field.one_of.path if field.one_of else field.path
    described = task.descriptions.get("en", {}).get(path, {})
    several = len(closed_fields(task.output)) > 1
    lead = f"{spoken(field.path.rpartition('.')[2])}: " if several else ""
    return [
        [*(phrase.format(lead + spoken(label)) for phrase in PHRASES), *filter(None, [described.get(label)])]
        for label in field.labels
    ]


def has_names(field: ClosedField) -> bool:
    """Whether its labels say anything: not those that are yes or no."""
    return not set(field.labels) <= _NO_NAMES


def read_alike(field: ClosedField, texts: Sequence[Sequence[str]]) -> set[int]:
    """Places of labels whose texts differ from another's in nothing but case, accents or punctuation."""
    seen: dict[tuple[str, ...], int] = {}
    alike: set[int] = set()
    for place, own in enumerate(texts[: len(field.labels)]):
        first = seen.setdefault(tuple(map(_folded, own)), place)
        if first != place:
            alike |= {first, place}
    return alike


def require_names(task: Task, field: ClosedField) -> None:
    """Refuse a field whose labels can't be told apart by their names.

    Raises:
        InputError: they are yes and no, or some read alike.
    """
    if not has_names(field):
        raise InputError(
            f"The names of labels say nothing in field {field.path!r} of task {task.name!r}, whose labels are "
            f"{', '.join(field.labels)}; use `encoder`, which learns from labelled rows."
        )
    texts = label_texts(task, field)
    if alike := sorted(read_alike(field, texts)):
        folded = [tuple(map(_folded, own)) for own in texts]
        twins = [place for place in alike if folded[place] == folded[alike[0]]]
        named = " and ".join(repr(field.labels[place]) for place in twins)
        others = f"; {len(alike) - len(twins)} more labels have such a twin" if len(alike) > len(twins) else ""
        raise InputError(
            f"Labels {named} of field {field.path!r} read alike (case, accents and punctuation aside){others}, so that "
            "nothing tells them apart by name. Give them other names or descriptions, or use `encoder` with labelled "
            "rows."
        )


def _folded(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())
