"""Where a case holds the words that a suggested move rests on."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

_SHORTEST: Final = 3


class Piece(NamedTuple):
    """A piece of a text, and the places of the moves that it is evidence for."""

    text: str
    moves: tuple[int, ...]


def terms(move: Mapping[str, Any]) -> set[str]:
    """Texts that a move's arguments and the rows that it means hold: ids, names, chosen words."""
    rows = move.get("rows", {}).values()
    values = [*move["closed"].get("arguments", {}).values(), *(value for row in rows for value in row.values())]
    return {value.casefold() for value in values if isinstance(value, str) and len(value) >= _SHORTEST}


def pieces(text: str, moves: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """A text cut where evidence for moves begins and ends.

    >>> move = {"closed": {"arguments": {"reason": "broken"}}}
    >>> pieces("It is Broken.", [move])
    [Piece(text='It is ', moves=()), Piece(text='Broken', moves=(0,)), Piece(text='.', moves=())]
    """
    by_term: dict[str, list[int]] = {}
    for place, move in enumerate(moves):
        for term in terms(move):
            by_term.setdefault(term, []).append(place)
    if not by_term:
        return [Piece(text, ())]
    longest_first = sorted(by_term, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE)
    parts = pattern.split(text)
    cut = [Piece(part, tuple(by_term.get(part.casefold(), ())) if i % 2 else ()) for i, part in enumerate(parts)]
    return [piece for piece in cut if piece.text]


def reads_for(body: Mapping[str, Any], moves: Iterable[Mapping[str, Any]]) -> tuple[int, ...]:
    """Places of the moves that needed this read: the log's entry of a call that was done."""
    given = body["arguments"].items()
    return tuple(
        place
        for place, move in enumerate(moves)
        if body["tool"] in move.get("needs", ()) and _holds(move["closed"].get("arguments", {}), given)
    )


def _holds(arguments: Mapping[str, Any], given: Iterable[tuple[str, Any]]) -> bool:
    """Whether a call says nothing else where it has the same arguments, as policy looks at it."""
    return all(arguments.get(name, value) == value for name, value in given)
