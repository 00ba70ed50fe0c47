"""One message of a customer, whichever way it came: into the open case of the customer, or a new one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.case import HANDED_OFF, OPENED
from fewsight.agents.copilot.store import LOG, OURS
from fewsight.digest import digest
from fewsight.errors import CaseError

LONGEST: Final = 100_000
"""Characters of a message."""


class Incoming(BaseModel):
    """A message. `key` is its id where it came from: a message whose key was received before is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True)

    customer: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=LONGEST)
    key: str | None = Field(default=None, min_length=1, max_length=200)
    case: str | None = Field(default=None, pattern="^[0-9a-f]{16}$")


@dataclass(frozen=True, slots=True)
class Received:
    """The case of a message, and whether it is new there."""

    case: str
    is_new: bool


def receive(desk: Desk, message: Incoming) -> Received:
    """Note a message in the case that it names, else in the customer's newest open one, else in a new one.

    Raises:
        CaseError: there is no such customer, or the case is another customer's, or closed.
    """
    with desk.store.transaction():
        desk.store.state(message.customer)
        key = None if message.key is None else digest([message.customer, message.key])
        if key is not None and (known := _known(desk, key)) is not None:
            return Received(known, is_new=False)
        case = message.case or _open_case(desk, message.customer) or desk.open(message.customer)
        if desk.store.case(case).customer_id != message.customer:
            raise CaseError(f"Case {case!r} is not of customer {message.customer!r}.")
        desk.receive(case, message.text)
        if key is not None:
            _remember(desk, key, case)
        return Received(case, is_new=True)


Find = Callable[[str], str | None]
"""The id of the customer with an e-mail address."""

_KEYS: Final = OURS + "received"


def prepare(desk: Desk) -> None:
    """Make the table of keys that were received."""
    desk.store.database.execute(f"CREATE TABLE IF NOT EXISTS {_KEYS} (key TEXT PRIMARY KEY, case_id TEXT) STRICT")


def _known(desk: Desk, key: str) -> str | None:
    row = desk.store.database.execute(f"SELECT case_id FROM {_KEYS} WHERE key = ?", (key,)).fetchone()  # noqa: S608
    return None if row is None else str(row[0])


def _remember(desk: Desk, key: str, case: str) -> None:
    desk.store.database.execute(f"INSERT INTO {_KEYS} VALUES (?, ?)", (key, case))  # noqa: S608 - our name


def _open_case(desk: Desk, customer: str) -> str | None:
    query = (
        f"SELECT case_id FROM {LOG} WHERE kind = '{OPENED}' AND json_extract(body, '$.customer_id') = ?"  # noqa: S608
        f" AND case_id NOT IN (SELECT case_id FROM {LOG} WHERE kind = '{HANDED_OFF}') ORDER BY seq DESC LIMIT 1"
    )
    row = desk.store.database.execute(query, (customer,)).fetchone()
    return None if row is None else str(row[0])
