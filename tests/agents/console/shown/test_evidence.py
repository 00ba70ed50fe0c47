"""What a move rests on."""

from typing import Any

from fewsight.agents.console.shown.evidence import pieces, reads_for
from fewsight.agents.console.shown.moves import gist

MOVE: dict[str, Any] = {
    "closed": {"move": "call", "tool": "exchange", "arguments": {"order": "O1", "items": ["I1", "I2"]}},
    "needs": ["read_order", "read_all"],
    "rows": {"orders": {"id": "O1", "name": "big (order)"}},
}


def test_reads_of_any_name_that_a_clause_needs_and_the_same_arguments_count() -> None:
    assert reads_for({"tool": "read_order", "arguments": {"order": "O1"}}, [MOVE]) == (0,)
    assert reads_for({"tool": "read_order", "arguments": {"order": "O2"}}, [MOVE]) == ()
    assert reads_for({"tool": "read_customer", "arguments": {}}, [MOVE]) == ()


def test_lists_and_names_with_marks_are_shown_and_searched_as_words() -> None:
    assert gist(MOVE) == ["big (order) (O1)", "['I1', 'I2']"]
    assert [piece.text for piece in pieces("My BIG (order)!", [MOVE]) if piece.moves] == ["BIG (order)"]
    named = MOVE | {"rows": {"orders": {"name": "kettle (red"}}}
    assert [piece.text for piece in pieces("a Kettle (red one, a kettle", [named]) if piece.moves] == ["Kettle (red"]
