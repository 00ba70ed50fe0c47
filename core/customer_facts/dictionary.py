"""What each fact is: name, type, unit, formula in words and SQL, and what it is where it is unknown."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fewsight.customer_facts.vocabulary import Vocabulary
from fewsight.errors import InputError, did_you_mean

TYPES: Final[Mapping[str, str]] = {"whole": "BIGINT", "number": "DOUBLE", "text": "VARCHAR", "flag": "BOOLEAN"}
"""Words for types, and DuckDB's."""

EVENTS, INSIGHTS, MODEL, FACTS = "events", "insights", "model", "facts"
OVER: Final = (EVENTS, INSIGHTS, MODEL, FACTS)
"""What an expression is computed of: a customer's events or insights, a fitted model, or the facts before it."""

BUILT_IN: Final = "built in"
_FILES: Final = ("orders", "money", "contacts", "answers", "expected")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_PLACE: Final = re.compile(r"\{(\w+)\}")
_NEEDED: Final = ("type", "unit", "words", "unknown", "sql")


@dataclass(frozen=True, slots=True)
class Fact:
    """A column of the facts.

    `type` is a key of TYPES. `words` and `sql` are the formula, `unknown` says when the value is NULL. `source` is
    'built in' or the file that has it. `each` is what the fact is repeated for, until it is `spelled`.
    """

    name: str
    type: str
    unit: str
    words: str
    unknown: str
    sql: str
    over: str = EVENTS
    each: str | None = None
    source: str = BUILT_IN

    @property
    def column(self) -> str:
        """The expression with its type and name, as it stands in a SELECT; no comment at its end swallows the rest."""
        return f'CAST((\n{self.sql}\n) AS {TYPES[self.type]}) AS "{self.name}"'

    def as_dict(self) -> dict[str, Any]:
        """An entry of the data dictionary."""
        return {name: value for name, value in asdict(self).items() if name != "each"}


def built_in() -> list[Fact]:
    """The facts that fewsight has, with {placeholders} where a table fills them in."""
    folder = files("fewsight.customer_facts")
    read = (tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8")) for name in _FILES)
    return [Fact(name, **entry) for entries in read for name, entry in entries.items()]


def read_facts(path: Path) -> list[Fact]:
    """A user's facts from a TOML file; see docs/facts.md.

    Raises:
        InputError: the file can't be read, or a fact of it is not complete; names file and fact.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"Can't read the facts in {str(path)!r}: {error}.") from error
    if not entries:
        raise InputError(f"{str(path)!r} holds no fact; write one as [name] with {', '.join(_NEEDED)}.")
    return [_read(name, entry, path) for name, entry in entries.items()]


def spelled(facts: Iterable[Fact], vocabulary: Vocabulary, days: int) -> list[Fact]:
    """Facts with their placeholders filled in: one column for each currency, channel, label, ... of the vocabulary."""
    return [_filled(fact, words) if words else fact for fact in facts for words in _values(fact, vocabulary, days)]


def refuse_doubles(facts: Iterable[Fact]) -> None:
    """Stop where two facts have one name.

    Raises:
        InputError: names both sources.
    """
    seen: dict[str, Fact] = {}
    for fact in facts:
        earlier = seen.setdefault(fact.name, fact)
        if earlier is not fact:
            raise InputError(
                f"Two facts are named {fact.name!r}: one is {_from(earlier)}, one is {_from(fact)}. Rename one of them."
            )


def _from(fact: Fact) -> str:
    return fact.source if fact.source == BUILT_IN else f"in {fact.source!r}"


def _values(fact: Fact, vocabulary: Vocabulary, days: int) -> Iterator[dict[str, str]]:
    if fact.over == MODEL:
        yield {"days": str(days), "currency": vocabulary.main_currency}
    elif fact.each:
        yield from vocabulary.values(fact.each)
    else:
        yield {}


def _filled(fact: Fact, words: Mapping[str, str]) -> Fact:
    # in one pass: a product may be named {value}
    texts = asdict(fact) | {"each": None}
    for part in ("name", "unit", "words", "sql"):
        texts[part] = _PLACE.sub(lambda match: words.get(match[1], match[0]), texts[part])
    return Fact(**texts)


def _read(name: str, entry: Any, path: Path) -> Fact:  # noqa: ANN401 - any TOML value
    where = f"The fact {name!r} in {str(path)!r}"
    if not _NAME.fullmatch(name) or name in ("customer_id", "as_of"):
        raise InputError(f"{where} can't be a column: write lower-case letters, digits and _, such as orders_of_tea.")
    if not isinstance(entry, dict):
        raise InputError(f"{where} is no table; write [{name}] and below it {', '.join(_NEEDED)}.")
    if strange := [key for key in entry if key not in (*_NEEDED, "over")]:
        raise InputError(f"{where} has {strange[0]!r}.{did_you_mean(strange[0], (*_NEEDED, 'over'))}")
    if missing := [key for key in _NEEDED if not isinstance(entry.get(key), str) or not entry[key].strip()]:
        raise InputError(f"{where} needs {missing[0]!r}, a text.")
    if entry["type"] not in TYPES:
        raise InputError(f"{where} has the type {entry['type']!r}.{did_you_mean(entry['type'], TYPES)}")
    over, known = entry.get("over", EVENTS), tuple(word for word in OVER if word != MODEL)
    if over not in known:
        raise InputError(f"{where} is over {over!r}; write one of {', '.join(known)}.")
    kind, unit, words, unknown, sql = (entry[key] for key in _NEEDED)
    return Fact(name, kind, unit, words, unknown, sql, over, source=str(path))
