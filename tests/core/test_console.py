import json

import pytest

from fewsight.console import echo, visible
from fewsight.redaction import keep_secret


@pytest.mark.parametrize(
    "text",
    ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "ok\rno", "\x08\x08", "\u202eevil", "\u2066a\u2069", "\ud800", "\x00"],
)
def test_what_steers_a_terminal_is_shown_as_text(text: str) -> None:
    shown = visible(text)
    assert shown.isascii()
    assert shown.isprintable()
    assert json.loads(f'"{shown}"') == text


def test_other_text_stays() -> None:
    text = "Grüße,\n\t为什么还没到? 😀 שלום"
    assert visible(text) == text


def test_a_line_holds_neither_escapes_nor_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    keep_secret("sk-canary-of-console")
    echo("\x1b[31mkey sk-canary-of-console", fg="red")
    assert capsys.readouterr().out == "\\u001b[31mkey ***\n"
