"""A task as slots: who the customer is, what they want of which items, why, and what changes their mind.

Slots are what the instruction says, in the customer's words. Those of the data set's development tasks stand in
dev.toml; those of its training tasks are read from their instructions, which are all of one form. None come from the
gold calls.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["cancel", "return", "exchange", "modify", "address", "payment"]

_WHO = re.compile(r"Your name is (\w+) (\w+) and your (?:email is (\S+?)|zip code is (\d+))\.\s")
_CANCEL = re.compile(r"Cancel order (#W\d+) because ([^.]+)\.")
_RETURN = re.compile(r"Return (#W\d+) via (\w+): ([^.]*?;)(?= [A-Z]\w+ (?:#W|order)| For #W|\s*$)")
_PAYMENT = re.compile(r"For (#W\d+), change payment to (\w+)\.")
_ADDRESS = re.compile(r"For (#W\d+), change address to \{[^}]*\} \(same as (#W\d+|default)\)\.")
_CHANGE = re.compile(r"For (#W\d+), (exchange|modify) (.*?); via (\w+)\.")
_PIECE = re.compile(r"([^;{]+?) (\{[^}]*\}) to (\{[^}]*\})")


class Piece(BaseModel):
    """One item: its name, the options by which it is told from others, and what they shall become."""

    model_config = ConfigDict(extra="forbid")

    name: str
    have: list[str] = []
    want: list[str] = []


class Wish(BaseModel):
    """One thing that the customer wants.

    `order` is as the customer knows it: a number, the end of one, or nothing. `whole`: all items of it. `payment` is a
    way to pay, by id or kind; `address_of` the order with the address that is meant. `later` are items that they
    add when asked to agree, `instead` what they want then in place of the first item's `want`; `drops`: they then want
    nothing. `free`: what is not named may change.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    order: str = ""
    items: list[Piece] = []
    whole: bool = False
    payment: str = ""
    address_of: str = ""
    reason: str = ""
    why: str = ""
    later: list[Piece] = []
    instead: list[str] = []
    drops: bool = False
    free: bool = False


class Task(BaseModel):
    """A customer with wishes; `talk` is what they say besides, and `gold` the calls that the data set wants."""

    model_config = ConfigDict(extra="forbid")

    id: str
    user: str
    first: str
    last: str
    email: str = ""
    zip: str = ""
    talk: list[str] = []
    wishes: list[Wish]
    gold: list[dict[str, Any]] = []


def dev_tasks(data: Path) -> list[Task]:
    """The twenty development tasks, with slots from dev.toml."""
    slots = tomllib.loads(Path(__file__).with_name("dev.toml").read_text(encoding="utf-8"))
    rows = {row["id"]: row for row in _rows(data / "tasks_v1_dev.jsonl")}
    tasks = []
    for given in slots["task"]:
        row = rows[given["id"]]
        tasks.append(Task(user=row["user_id"], gold=row["actions"], **given))
    return tasks


def train_tasks(data: Path) -> tuple[list[Task], int]:
    """The training tasks that can be read as slots, and how many can't."""
    rows = list(_rows(data / "tasks_v1_train.jsonl"))
    tasks = [task for row in rows if (task := _read(row)) is not None]
    return tasks, len(rows) - len(tasks)


def _read(row: dict[str, Any]) -> Task | None:
    text = row["instruction"].strip() + " "
    who = _WHO.match(text)
    if who is None:
        return None
    wishes = [wish for _, wish in sorted(_wishes(text), key=lambda pair: pair[0])]
    if len(wishes) != len(row["actions"]):
        return None
    first, last, email, code = who.groups()
    return Task(
        id=row["id"], user=row["user_id"], first=first, last=last, email=email or "", zip=code or "", wishes=wishes,
        gold=row["actions"],
    )  # fmt: skip


def _wishes(text: str) -> Iterator[tuple[int, Wish]]:
    for m in _CANCEL.finditer(text):
        yield m.start(), Wish(kind="cancel", order=m[1], reason=m[2])
    for m in _RETURN.finditer(text):
        names = [name.strip() for name in m[3].split(";") if name.strip()]
        yield m.start(), Wish(kind="return", order=m[1], payment=m[2], items=[Piece(name=name) for name in names])
    for m in _PAYMENT.finditer(text):
        yield m.start(), Wish(kind="payment", order=m[1], payment=m[2])
    for m in _ADDRESS.finditer(text):
        yield m.start(), Wish(kind="address", order=m[1], address_of=m[2])
    for m in _CHANGE.finditer(text):
        pieces = [Piece(name=p[1].strip(), have=_values(p[2]), want=_values(p[3])) for p in _PIECE.finditer(m[3])]
        kind: Kind = "exchange" if m[2] == "exchange" else "modify"
        yield m.start(), Wish(kind=kind, order=m[1], items=pieces, payment=m[4])


def _values(text: str) -> list[str]:
    return [str(value) for value in json.loads(text.replace("'", '"')).values()] if text != "{}" else []


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)
