"""Puts the shapes on a source that its mapping asks for."""

from collections.abc import Sequence
from dataclasses import replace

from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.records import Source
from fewsight.tables.shapes.clocked import Clocked
from fewsight.tables.shapes.conversations import Conversations
from fewsight.tables.shapes.mailbox import Mailbox
from fewsight.tables.shapes.messages import Unfolded
from fewsight.tables.shapes.nested import Nested

_OF_MESSAGES = "it comes from the messages that rows hold"


def reshape(source: Source, mapping: ColumnMapping, inner: Sequence[str]) -> tuple[Source, ColumnMapping]:
    """A source of events and the mapping that fits it.

    Args:
        source: the table as it is.
        mapping: which may name columns by dotted names.
        inner: dotted names of what stands in objects of the table.
    """
    used = {*mapping.columns.values(), *(mapping.attributes or ()), *(mapping.profile or ()), *mapping.messages}
    opened = [column for column in source.columns if any(name.startswith(f"{column}.") for name in used & set(inner))]
    if opened:
        shown = [name for name in inner if name in used or _is_in(name, opened)]
        source = Nested(source, shown, without=[column for column in opened if column not in used])
    if all(mapping.columns.get(role) in source.columns for role in ("time", "time_of_day")):
        source = Clocked(source, mapping)
    if mapping.messages and all(name in source.columns for name in mapping.messages):
        unfolded = Unfolded(source, mapping.messages, mapping.columns)
        why = {role: _OF_MESSAGES for role, name in unfolded.roles.items() if name not in mapping.columns.values()}
        source, mapping = unfolded, replace(mapping, columns=unfolded.roles, reasons={**mapping.reasons, **why})
    if {"recipient", "customer_id"} <= mapping.columns.keys():
        mailbox = Mailbox(source, mapping)
        reasons = {**mapping.reasons, "author": "by the firm's address"}
        columns = {**mapping.columns, "author": mailbox.author}
        source, mapping = mailbox, replace(mapping, columns=columns, reasons=reasons)
    if "conversation" in mapping.columns and {"customer_id", "author"} <= mapping.columns.keys():
        source = Conversations(source, mapping)
    return source, mapping


def _is_in(name: str, opened: Sequence[str]) -> bool:
    return any(name.startswith(f"{column}.") for column in opened)
