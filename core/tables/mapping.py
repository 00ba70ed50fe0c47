"""Which column is what: given in a TOML file, built in Python, or guessed."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from fewsight.errors import MappingError, did_you_mean
from fewsight.events import EVENT_KINDS, kind_problem
from fewsight.tables.values.amounts import Mark
from fewsight.tables.values.currencies import EXPONENTS
from fewsight.tables.words import AUTHORS, ROLES

_TABLES: Final = ("columns", "defaults", "kinds", "authors")
KEYS: Final = (*_TABLES, "profile", "rows", "amount_unit", "attributes", "messages", "day_first", "decimal", "tz")
_OPTIONS: Final = {"rows": ("events", "lines", "profiles"), "amount_unit": ("major", "minor"), "decimal": (".", ",")}
_ROWS: Final = {"events": "event", "lines": "line of an order", "profiles": "customer (profile)"}
_NOT_SHOWN: Final = frozenset(["customer_id", "event_id", "order", "author", "conversation", "recipient"])
_DEFAULTS: Final = ("kind", "currency", "channel")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column of a table is what.

    `columns` maps roles (`fewsight.tables.words.ROLES`) to columns; `defaults` gives kind, currency and channel where
    there is no column or no value; `kinds` maps values of the table to kinds of events, `authors` values of the
    author's column to customer, agent or note. `profile` and `attributes` name columns; None means all remaining ones
    but the `hidden` ones (what they hold came after the event), for the profile where a row is a profile, and for
    attributes where a row is an event. `rows` says what a row is: with "lines", rows of one event id are lines of one
    order. `messages` names columns that hold the messages of a ticket, each of which becomes an event. `day_first` and
    `decimal` settle 01/02/2024 and 1,234; None looks at the values. `tz` is the time zone of times that name none,
    where it is that of this table alone. `reasons` says why a role has its column, where it
    was guessed.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    authors: Mapping[str, str] = field(default_factory=dict)
    profile: tuple[str, ...] | None = None
    attributes: tuple[str, ...] | None = None
    messages: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    rows: str = "events"
    amount_unit: str = "major"
    day_first: bool | None = None
    decimal: Mark | None = None
    tz: str | None = None
    guessed: bool = False
    notes: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check every name.

        Raises:
            MappingError: with all problems, each with the closest known names.
        """
        options = {"rows": self.rows, "amount_unit": self.amount_unit, "decimal": self.decimal or "."}
        _raise(_bad_names(self.columns, self.defaults, self.kinds, self.authors, options), "The mapping")

    @staticmethod
    def read(path: Path) -> "ColumnMapping":
        """A mapping from a TOML file.

        Raises:
            MappingError: no such file, no TOML, or unknown keys and wrong types (all named at once).
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise MappingError(f"Can't read the mapping {str(path)!r}: {error.strerror or error}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise MappingError(f"The mapping {str(path)!r} is not valid TOML: {error}.") from error
        return mapping_from_dict(data, f"The mapping {str(path)!r}")

    def for_table(self, table: str, columns: Iterable[str]) -> "ColumnMapping":
        """This mapping with `profile` and `attributes` spelled out for a table.

        Raises:
            MappingError: columns that the table does not have (all named at once, with those that it has).
        """
        columns = tuple(columns)
        asked = {f"[columns] {role}": name for role, name in self.columns.items()}
        asked |= {f"profile column {name}": name for name in self.profile or ()}
        asked |= {f"attribute {name}": name for name in self.attributes or ()}
        asked |= {f"messages {name}": name for name in self.messages}
        problems = [
            f"{what}: no column {n!r}." + did_you_mean(n, columns) for what, n in asked.items() if n not in columns
        ]
        if "customer_id" not in self.columns and not self._needs_no_customer:
            problems.append("no column says whose row it is: name it with customer_id = '...' under [columns].")
        if "time_of_day" in self.columns and "time" not in self.columns:
            problems.append("[columns] time_of_day needs a column of dates beside it: time = '...'.")
        _raise(problems, f"{table} has the columns {', '.join(map(repr, columns))}, which the mapping does not fit")
        taken = {*self.columns.values(), *(self.profile or ()), *self.messages, *self.hidden}
        rest = tuple(name for name in columns if name not in taken)
        if self.rows == "profiles":
            return replace(self, profile=rest if self.profile is None else self.profile, attributes=())
        kept = rest if self.attributes is None else self.attributes
        return replace(self, profile=self.profile or (), attributes=kept)

    @property
    def _needs_no_customer(self) -> bool:
        return self.rows == "lines" or (self.rows == "events" and bool({"text", "order"} & self.columns.keys()))

    def describe(self, reasons: bool = False) -> str:
        """The mapping in words, one line for each fact, for the user to check; with `reasons` also why."""
        how = "guessed; check it, or give a mapping file" if self.guessed else "given"
        lines = [f"One row is one {_ROWS[self.rows]} (mapping {how})."]
        for role in ROLES:
            if role in self.columns:
                why = f"  ({self.reasons[role]})" if reasons and role in self.reasons else ""
                lines.append(f"  {role:<12} {self.columns[role]!r}{why}")
        for name, value in self.defaults.items():
            if name not in self.columns:
                why = f"  ({self.reasons[name]})" if reasons and name in self.reasons else ""
                lines.append(f"  {name:<12} always {value!r}{why}")
        lines += [
            f"  {name + ',':<12} where empty: {value!r}"
            for name, value in self.defaults.items()
            if name in self.columns
        ]
        for title in ("messages", "profile", "attributes"):
            if names := getattr(self, title):
                lines.append(f"  {title:<12} {', '.join(names)}")
        shown = ", ".join(map(repr, self.shown())) or "no column"
        lines.append(f"  The model sees {shown}; `attributes` and `profile` of a mapping file choose others.")
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])

    def shown(self) -> list[str]:
        """The columns whose values reach the model, identifiers masked where masking is on."""
        named = [column for role, column in self.columns.items() if role not in _NOT_SHOWN]
        return list(dict.fromkeys([*named, *self.messages, *(self.profile or ()), *(self.attributes or ())]))

    def as_dict(self) -> dict[str, Any]:
        """What a mapping file holds: everything but notes and reasons."""
        plain: dict[str, Any] = {"rows": self.rows, "amount_unit": self.amount_unit}
        plain |= {
            name: getattr(self, name) for name in ("day_first", "decimal", "tz") if getattr(self, name) is not None
        }
        plain |= {name: list(getattr(self, name)) for name in ("messages",) if getattr(self, name)}
        if self.attributes is not None:
            plain["attributes"] = list(self.attributes)
        plain |= {name: dict(getattr(self, name)) for name in _TABLES if getattr(self, name)}
        if self.profile:
            plain["profile"] = {"columns": list(self.profile)}
        return plain


def mapping_from_dict(data: Mapping[str, Any], where: str) -> ColumnMapping:
    """A mapping from parsed TOML; raises MappingError with all problems."""
    problems = _unknown("the mapping", data, KEYS)
    tables: dict[str, dict[str, str]] = {}
    for name in _TABLES:
        table = data.get(name, {})
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            problems.append(f'[{name}] must hold names in quotes, such as {name.removesuffix("s")} = "...".')
            table = {}
        tables[name] = table
    profile = data.get("profile", {})
    if isinstance(profile, dict):
        problems += _unknown("[profile]", profile, ("columns",))
        profile = profile.get("columns")
    names = {"[profile] columns": profile, "attributes": data.get("attributes"), "messages": data.get("messages")}
    for name, value in names.items():
        if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            problems.append(f"{name} must be a list of columns: {name} = [...].")
    if not isinstance(data.get("day_first", True), bool):
        problems.append(f"day_first is {data['day_first']!r}, but must be true or false.")
    if not isinstance(data.get("tz", ""), str):
        problems.append(f"tz is {data['tz']!r}, but must be the name of a time zone, such as 'Europe/Berlin'.")
    options = {name: data[name] for name in _OPTIONS if name in data}
    _raise(problems + _bad_names(**tables, options=options), where)
    lists = [None if value is None else tuple(value) for value in names.values()]
    plain: dict[str, Any] = {**tables, **options, "day_first": data.get("day_first"), "tz": data.get("tz")}
    return ColumnMapping(profile=lists[0], attributes=lists[1], messages=lists[2] or (), **plain)


def _bad_names(
    columns: Mapping[str, str],
    defaults: Mapping[str, str],
    kinds: Mapping[str, str],
    authors: Mapping[str, str],
    options: Mapping[str, Any],
) -> list[str]:
    problems = _unknown("[columns]", columns, ROLES) + _unknown("[defaults]", defaults, _DEFAULTS)
    asked = {**kinds, **({"the default": defaults["kind"]} if "kind" in defaults else {})}
    for value, kind in asked.items():
        if hint := _kind_hint(kind):
            problems.append(f"{value!r} maps to {kind!r}, which is no kind of event.{hint}")
    for value, author in authors.items():
        if author not in AUTHORS:
            problems.append(f"{value!r} under [authors] is {author!r}." + did_you_mean(author, AUTHORS))
    if (currency := defaults.get("currency", "EUR")) not in EXPONENTS:
        problems.append(f"default currency {currency!r} is no ISO 4217 code." + did_you_mean(currency, EXPONENTS))
    for name, value in options.items():
        if value not in _OPTIONS[name]:
            problems.append(f"{name} is {value!r}, but must be {' or '.join(map(repr, _OPTIONS[name]))}.")
    return problems


def _kind_hint(kind: str) -> str | None:
    """Any word may be a kind; what nearly is a known one was meant to be it."""
    if kind not in EVENT_KINDS and difflib.get_close_matches(kind, EVENT_KINDS, n=1, cutoff=0.8):
        return did_you_mean(kind, EVENT_KINDS)
    return kind_problem(kind)


def _unknown(where: str, names: Iterable[str], known: Iterable[str]) -> list[str]:
    return [f"{name!r} in {where} is not known." + did_you_mean(name, known) for name in names if name not in known]


def _raise(problems: list[str], where: str) -> None:
    if problems:
        raise MappingError("\n  ".join([f"{where}: {len(problems)} problem{'s'[: len(problems) > 1]}.", *problems]))
