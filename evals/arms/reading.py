"""Arms as a suite names them: short words such as `knn-4` or `adapter:DIR+knn-4`, or tables that say more."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from fewsight.errors import ConfigError, did_you_mean
from fewsight.evals.arms.base import ARMS, Arm

NO_WORD: Final = "cascade"
"""What a table is that names no `arm`: it puts others together."""


def make_arm(given: str | Mapping[str, Any], base: Path) -> Arm:
    """An arm of its short form, or of a table; paths are taken from the folder `base`.

    >>> arm = make_arm("adapter:best+knn-4", Path("/suite"))
    >>> arm.kind, arm.adapter, arm.selector, arm.shots
    ('prompt', '/suite/best', 'knn', 4)
    >>> make_arm("tfidf-svm@500", Path()).labels
    500

    Raises:
        ConfigError: no such arm, or its options do not fit together.
    """
    table = {"arm": given} if isinstance(given, str) else dict(given)
    word = table.pop("arm", NO_WORD)
    if not isinstance(word, str):
        raise ConfigError(f"An arm's `arm` must be a word such as 'knn-4', and is {word!r}.")
    kind, options = _read(word, base)
    if unknown := [key for key in table if key not in kind.model_fields or key == "word"]:
        raise ConfigError(f"Arm {given!r} has an option {unknown[0]!r}.{_hint(unknown[0], kind)}")
    try:
        return kind.model_validate({"name": word, **options, **kind.located(table, base)})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(f"Arm {given!r} is wrong: {where + ': ' if where else ''}{first['msg']}.") from None


def _read(word: str, base: Path) -> tuple[type[Arm], dict[str, Any]]:
    """The kind of a word, and its options; `@500` at its end is a number of labels where the kind learns from any."""
    head, at, number = word.rpartition("@")
    has_number = bool(at) and number.isdecimal()
    for kind in ARMS.entries.values():
        counts = has_number and "labels" in kind.model_fields
        bare = head if counts else word
        if (options := kind.read(bare, base)) is not None:
            return kind, {"word": bare, **options, **({"labels": int(number)} if counts else {})}
    words = [example for kind in ARMS.entries.values() for example in kind.examples]
    raise ConfigError(f"There is no arm {word!r}.{did_you_mean(head if has_number else word, words)}")


def _hint(option: str, kind: type[Arm]) -> str:
    """Whose option it is, or what may have been meant."""
    for owner in ARMS.entries.values():
        own = [name for name in owner.__annotations__ if name in owner.model_fields]
        if option in own:
            first, last = own[:-1], own[-1]
            named = f"{', '.join(first)} and {last} are" if first and len(own) <= 3 else f"{option} is"
            return f" {named} for {owner.called}."
    return did_you_mean(option, ["arm", *(name for name in kind.model_fields if name != "word")])


def check_names(arms: Iterable[Arm]) -> None:
    """Refuse equal names, and components that are not there or have components themselves.

    Raises:
        ConfigError: all of it at once.
    """
    arms = list(arms)
    names = [arm.name for arm in arms]
    plain = [arm.name for arm in arms if not arm.components]
    problems = [f"two arms are called {name!r}; give one another name" for name in names if names.count(name) > 1]
    problems += [
        f"the {arm.kind} {arm.name!r} names the arm {part!r}.{did_you_mean(part, plain)}"
        for arm in arms
        for part in arm.components
        if part not in plain
    ]
    if problems:
        raise ConfigError("; ".join(dict.fromkeys(problems)))
