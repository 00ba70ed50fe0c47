"""Messages out of tables: CSV with a header, or JSON lines, with a customer, a text, and where there is one an id."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from fewsight.agents.console.inbox.receiving import LONGEST, Incoming
from fewsight.errors import InputError

CUSTOMER: Final = ("customer_id", "customer")
TEXT: Final = ("text", "message", "body")
KEY: Final = ("key", "id", "event_id", "message_id")


def read_table(path: Path) -> Iterator[Incoming | str]:
    """The messages of a table; or a sentence on why a row is left out.

    Raises:
        InputError: the file can't be read, or has no column for customers or texts.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(
            _csv(text) if path.suffix.lower() == ".csv" else map(json.loads, filter(str.strip, text.splitlines()))
        )
    except (OSError, ValueError, csv.Error, RecursionError) as error:
        raise InputError(f"Can't read {str(path)!r}: {error}. Give a CSV with a header, or JSON lines.") from error
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise InputError(f"Row {number} of {str(path)!r} is no object; write one a line.")
        customer, words, key = (_first(row, names) for names in (CUSTOMER, TEXT, KEY))
        if customer is None and words is None:
            raise InputError(f"{str(path)!r} has the columns {list(row)!r}; name them {CUSTOMER[0]!r} and {TEXT[0]!r}.")
        if not customer or not words:
            yield f"{path.name}, row {number}: there is no {'customer' if not customer else 'text'}"
        else:
            yield Incoming(customer=customer[:200], text=words[:LONGEST], key=(key or "")[:200] or None)


def _csv(text: str) -> Iterator[dict[str, Any]]:
    return csv.DictReader(text.splitlines(keepends=True))


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    value = next((row[name] for name in names if row.get(name) is not None), None)
    return None if value is None else str(value).strip()
