"""Who wrote a message of a ticket, by what its object says."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fewsight.tables.words import AGENT, AUTHOR_WORDS, CUSTOMER, NOTE, squash

INTERNAL: Final = "internal"

_PEOPLE_WORDS: Final = """
    author sender from user createdBy created_by by actor person customer author_id authorId user_id userId
    sender_id from_id created_by_id author_email author_name from_email sender_email sender_name owner_id
    updateAuthor"""
_PEOPLE: Final = tuple(_PEOPLE_WORDS.split())
_TYPES_WORDS: Final = """
    author_type sender_type authorType senderType role direction message_type type author_role user_type
    participant_type createdByType"""
_TYPES: Final = tuple(_TYPES_WORDS.split())
_INNER_TYPES_WORDS: Final = """type role user_type accountType kind"""
_INNER_TYPES: Final = tuple(_INNER_TYPES_WORDS.split())
_FROM_CUSTOMER: Final = ("incoming", "inbound", "is_customer", "from_customer", "is_incoming")
_FROM_AGENT: Final = ("from_agent", "is_agent", "is_staff", "outgoing", "from_me", "is_admin", "is_bot", "by_agent")
_PRIVATE: Final = ("private", "internal", "is_private", "is_internal", "isPrivate", "is_note")
_PUBLIC: Final = ("public", "is_public", "isPublic", "jsdPublic")


class Writers:
    """Tells the writers of one ticket's messages apart.

    `people` are squashed ids, addresses and names of its customer. Whoever is not known for the customer is the firm.
    """

    def __init__(self, people: set[str], messages: Sequence[Mapping[str, Any]]) -> None:
        self._people = people - {""}
        named = [self._names(message) for message in messages]
        # where no name is the customer's, ids and names don't compare, and who wrote first is the customer
        comparable = any(names & self._people for names in named)
        self._first = set() if comparable or not named else named[0]
        # Chatwoot calls agents users, Intercom customers
        types = {word for message in messages for word in self._types(message)}
        self._users = AGENT if types & {"contact", "customer", "client", "enduser", "lead"} else CUSTOMER

    @staticmethod
    def names_writer(message: Mapping[str, Any]) -> bool:
        """Whether a message says anything about who wrote it."""
        keys = (*_PEOPLE, *_TYPES, *_FROM_CUSTOMER, *_FROM_AGENT)
        return any(message.get(key) is not None for key in keys)

    def who(self, message: Mapping[str, Any]) -> str:
        """customer, agent or internal."""
        if any(message.get(key) is True for key in _PRIVATE) or any(message.get(key) is False for key in _PUBLIC):
            return INTERNAL
        types = self._types(message)
        if any(AUTHOR_WORDS.get(word) == NOTE for word in types):
            return INTERNAL
        for keys, true, false in ((_FROM_CUSTOMER, CUSTOMER, AGENT), (_FROM_AGENT, AGENT, CUSTOMER)):
            said = next((message[key] for key in keys if isinstance(message.get(key), bool)), None)
            if said is not None:
                return true if said else false
        for word in types:
            if (who := self._users if word == "user" else AUTHOR_WORDS.get(word)) is not None:
                return who
        names = self._names(message)
        return CUSTOMER if names & self._people or (self._first and names & self._first) else AGENT

    def _types(self, message: Mapping[str, Any]) -> list[str]:
        inner = [message[key] for key in _PEOPLE if isinstance(message.get(key), dict)]
        values = [person.get(key) for person in inner for key in _INNER_TYPES]
        values += [message.get(key) for key in _TYPES]
        values += [message.get(key) for key in ("author", "sender", "from") if isinstance(message.get(key), str)]
        return [squash(value) for value in values if isinstance(value, str)]

    def _names(self, message: Mapping[str, Any]) -> set[str]:
        return {squash(value) for key in _PEOPLE for value in scalars(message.get(key))} - {""}


def scalars(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """A plain value as text, or all plain values of an object but its flags."""
    if isinstance(value, dict):
        for inner in value.values():
            if not isinstance(inner, (dict, list)):
                yield from scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def first_of(item: Mapping[str, Any], keys: Sequence[str]) -> Any:  # noqa: ANN401 - any JSON
    """The first of some keys that an object has a value for."""
    return next((item[key] for key in keys if item.get(key) not in (None, "")), None)
