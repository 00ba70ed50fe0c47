"""Tickets that hold their messages: each message becomes a row of its own, marked with who wrote it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fewsight.tables.columns.names import rank
from fewsight.tables.columns.sheet import Sheet
from fewsight.tables.reading.rows import identifier
from fewsight.tables.records import Broken, Cells, Record, Source
from fewsight.tables.shapes.nested import parsed
from fewsight.tables.shapes.writers import Writers, first_of, scalars
from fewsight.tables.words import squash
from fewsight.texts.html import plain_text

_BODIES_WORDS: Final = """
    plain_body body_text text_body stripped_text body text message content comment html_body body_html bodyHtml
    bodyText messageText note snippet"""
_BODIES: Final = tuple(_BODIES_WORDS.split())
_TIMES_WORDS: Final = """
    created_at createdAt created created_datetime sent_datetime timestamp sent_at sentAt date time created_time
    createdTime datetime ts created_on updated_at"""
_TIMES: Final = tuple(_TIMES_WORDS.split())
_IDS: Final = ("id", "_id", "message_id", "comment_id", "uuid", "key")
_WRAPPED: Final = 4
"""Keys of an object that only wraps a list of messages, with its type and length."""
_ROLES: Final = ("customer_id", "time", "text", "event_id")
_JIRA: Final = re.compile(r"\s*([^;\n]{6,40});([^;\n]{1,80});(.*)", re.DOTALL)
_DATE: Final = re.compile(r"\d{1,4}[/. -]\w{1,9}[/. -]\d{1,4}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket: who wrote it (customer, agent, internal), when, what, and its id."""

    who: str
    time: Any
    text: str
    id: str | None


def message_columns(sheet: Sheet) -> tuple[str, ...]:
    """Columns most of whose cells are lists of messages, or a message as Jira writes it: `time;author;text`."""
    found: list[str] = []
    for name in sheet.columns:
        if any(name.startswith(f"{holding}.") for holding in found):
            continue
        values = sheet.sample[name][:100]
        holding = [bool(entries(value)) for value in values]
        empty = [not entries(value) and _is_empty(parsed(value)) for value in values]
        if any(holding) and all(one or other for one, other in zip(holding, empty, strict=True)):
            found.append(name)
    return tuple(found)


def _is_empty(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return value == [] or (isinstance(value, dict) and [] in value.values())


def entries(cell: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - any cell
    """The messages of a cell as objects; none where it holds none."""
    value = parsed(cell)
    if isinstance(value, dict) and len(value) <= _WRAPPED:
        value = next((inner for inner in value.values() if isinstance(inner, list)), None)
    if isinstance(value, list):
        objects: list[Mapping[str, Any]] = [item for item in value if isinstance(item, dict)]
        told = [item for item in objects if isinstance(first_of(item, _BODIES), str)]
        return told if told and any(first_of(item, _TIMES) or Writers.names_writer(item) for item in told) else []
    match = _JIRA.fullmatch(cell) if isinstance(cell, str) else None
    if match is None or not _DATE.search(match[1]):
        return []
    return [{"created": match[1].strip(), "author": match[2].strip(), "body": match[3].strip()}]


class Unfolded:
    """A source in which each message is a row: those of a ticket follow it, and share its id and customer.

    `columns` gives the roles of the ticket's own columns. A role that it lacks gets a column of its own, named after
    the first column of messages ("comments author"); `roles` says how.
    """

    def __init__(self, source: Source, holding: Sequence[str], columns: Mapping[str, str]) -> None:
        self._source = source
        self.name = source.name
        self.roles = dict(columns)
        extra = [f"{holding[0]} author"]
        self.roles["author"] = extra[0]
        for role in ("time", "text", "event_id"):
            if columns.get(role) not in source.columns:
                self.roles[role] = f"{holding[0]} {role}"
                extra.append(self.roles[role])
        self.columns = (*source.columns, *extra)
        place = {name: at for at, name in enumerate(self.columns)}
        self._at = {role: place[name] for role, name in self.roles.items() if role in (*_ROLES, "author", "kind")}
        self._holding = [place[name] for name in holding]
        self._more = len(extra)
        self._people = [at for at, name in enumerate(source.columns) if rank("customer_id", name)]
        self.unfolded = 0

    def records(self) -> Iterator[Record]:
        """Tickets and their messages; a message that repeats the ticket's text is not told twice."""
        for line, cells in self._source.records():
            if isinstance(cells, Broken):
                yield line, cells
                continue
            for number, row in enumerate(self._rows(cells)):
                self.unfolded += number > 0
                yield line, row

    def digest(self) -> str:
        """That of the source."""
        return self._source.digest()

    def _rows(self, cells: Cells) -> Iterator[Cells]:
        ticket = [*cells, *[None] * self._more]
        text = ticket[self._at["text"]]
        told = _flat(text)
        messages = self._messages(cells)
        same = next((message for message in messages if told and _flat(message.text) == told), None)
        if told:
            ticket[self._at["author"]] = None if same is None or same.who == "customer" else same.who
            yield ticket
        else:  # a ticket whose text is its first message
            same = messages[0] if messages else None
            if same is not None:
                own = self._row(cells, same, 1)
                for role in ("text", "author", "time"):
                    ticket[self._at[role]] = own[self._at[role]]
            yield ticket
        for number, message in enumerate((one for one in messages if one is not same), 1):
            yield self._row(cells, message, number)

    def _row(self, cells: Cells, message: Message, number: int) -> Cells:
        row: list[Any] = [None] * len(self.columns)
        at = self._at
        if "customer_id" in at:
            row[at["customer_id"]] = cells[at["customer_id"]]
        own = at["time"] < len(cells)
        row[at["time"]] = message.time if message.time is not None else (cells[at["time"]] if own else None)
        row[at["text"]], row[at["author"]] = message.text, message.who
        ticket = cells[at["event_id"]] if at["event_id"] < len(cells) else None
        parts = [identifier(part) for part in (ticket, message.id or number) if part is not None]
        row[at["event_id"]] = "/".join(parts)
        if "kind" in at:
            row[at["kind"]] = "message"
        return row

    def _messages(self, cells: Cells) -> list[Message]:
        found = [entry for at in self._holding for entry in entries(cells[at])]
        people = {squash(value) for at in self._people for value in scalars(parsed(cells[at]) or cells[at])}
        writers = Writers(people, found)
        return [
            Message(
                writers.who(entry),
                first_of(entry, _TIMES),
                str(first_of(entry, _BODIES)),
                None if (name := first_of(entry, _IDS)) is None else str(name),
            )
            for entry in found
        ]


def _flat(text: Any) -> str:  # noqa: ANN401 - any cell
    return squash(plain_text(str(text))) if text is not None else ""
