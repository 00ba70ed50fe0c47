"""How a table was understood: what is left out and why, and histories as prompts show them."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import InputError
from fewsight.events import CustomerHistory
from fewsight.language import guess_language
from fewsight.masking import Pseudonymizer
from fewsight.prompts.view import shorten, view
from fewsight.tables.several import sections_of

if TYPE_CHECKING:
    from fewsight.tables import Histories

_MOST_EVENTS: Final = 30
_MOST_REASONS: Final = 10


def left_out(quarantine: Path) -> Iterator[str]:
    """The reasons for which rows were left out, the commonest first, each with its number of rows and an example."""
    counts: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], dict[str, Any]] = {}
    with quarantine.open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            reason = "duplicate of an earlier line" if entry["reason"].startswith("duplicate of") else entry["reason"]
            key = (entry["column"] or "", reason, entry.get("table", ""))
            counts[key] += 1
            first.setdefault(key, entry)
    for (column, reason, table), count in counts.most_common(_MOST_REASONS):
        entry = first[column, reason, table]
        where = (f"table {table!r}, " if table else "") + (f"column {column!r}, " if column else "")
        value = "" if entry["value"] is None else f": {shorten(entry['value'], 60)!r}"
        yield f"{count:,} x {reason} ({where}first on line {entry['line']}{value})"
    if len(counts) > _MOST_REASONS:
        yield f"{len(counts) - _MOST_REASONS} further reasons"


def history_lines(history: CustomerHistory, mask: bool) -> Iterator[str]:
    """One history as a prompt shows it: profile, facts, and the newest events."""
    shown = Pseudonymizer().mask(history).history if mask else history
    older = max(len(shown.events) - _MOST_EVENTS, 0)
    language = guess_language(" ".join(event.text or "" for event in shown.events[-20:])[:4000])
    seen = view(shown, language, keep=range(older, len(shown.events)))
    yield f"{history.customer_id} ({len(history.events):,} event{'s'[: len(history.events) != 1]})"
    if seen.message is not None:
        yield f"  {seen.message}"
        return
    if seen.profile:
        yield f"  Profile: {'; '.join(seen.profile)}"
    if seen.facts:
        yield f"  Facts: {'; '.join(seen.facts)}"
    if older:
        yield f"  ... {older:,} older events ..."
    for line in seen.events:
        yield f"  {line.ref} {line.text}"


def first_histories(histories: "Histories", count: int) -> Iterator[CustomerHistory]:
    """The first customers, as known at the newest event of the table."""
    for number, history in enumerate(histories):
        if number == count:
            return
        yield history.as_of(histories.newest)


def write_mapping(histories: "Histories", path: Path) -> None:
    """Write a mapping file that reads the tables as they were read, with a section for each where they are several.

    Raises:
        InputError: the file exists, or can't be written.
    """
    import tomli_w

    plain = sections_of(histories.mappings) if histories.mappings else histories.mapping.as_dict()
    text = tomli_w.dumps(plain)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("# Which column is what; see docs/histories.md. Use it with --mapping.\n" + text)
    except FileExistsError:
        raise InputError(f"{str(path)!r} exists; name another file for --write-mapping, or remove it.") from None
    except OSError as error:
        raise InputError(f"Can't write the mapping {str(path)!r}: {error.strerror or error}.") from error
