"""A model's chat template, taken apart: which text of its own stands before, between and after the messages.

The template is rendered once, with words that nobody can guess in the place of the messages, and cut at these words. So
messages never pass through the template, and nothing that a message says can look like a part of it.
"""

import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import jinja2.nodes
from jinja2 import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fewsight.errors import ModelError

Slot = Literal["system", "user"]
Frame = tuple[tuple[str, Slot | None], ...]
"""Pieces in order: (text of the template, the message that follows it); the last piece is followed by none."""

TODAY: Final = "26 Jul 2024"
"""What `strftime_now` says in every format: a prompt must not depend on the day it is rendered."""

PLAIN_FRAME: Final[Frame] = (("", "system"), ("\n\n", "user"), ("\n", None))
"""For models without a chat template."""


class _Generation(Extension):
    """`{% generation %}`, which marks the assistant's words for training, means nothing here."""

    tags = {"generation"}  # noqa: RUF012 - as jinja2 declares it

    def parse(self, parser: Parser) -> list[jinja2.nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def read_template(folder: Path, settings: Mapping[str, Any]) -> str | None:
    """The chat template of a model folder: chat_template.jinja, else the one in tokenizer_config.json (`settings`)."""
    path = folder / "chat_template.jinja"
    if path.is_file():
        return path.read_text(encoding="utf-8")
    template = settings.get("chat_template")
    if isinstance(template, list):
        template = {entry["name"]: entry["template"] for entry in template}.get("default")
    return template if isinstance(template, str) else None


def read_frame(template: str, special: Mapping[str, str]) -> Frame:
    """Render the template around a system and a user message, through the opening of the assistant's turn.

    `special` holds bos_token, eos_token and the like. A template without a system role gets the system message at the
    head of the user message, with a blank line between.

    Raises:
        ModelError: the template fails, or does not show each message exactly once.
    """
    system, user = secrets.token_hex(16), secrets.token_hex(16)
    slots: dict[str, Slot] = {system: "system", user: "user"}
    both = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    merged = [{"role": "user", "content": f"{system}\n\n{user}"}]
    problem = "it does not show the system and the user message exactly once"
    for messages in (both, merged):
        try:
            text = _render(template, messages, special)
        except Exception as error:  # a template is the model's own code, and may raise anything
            problem = str(error)
            continue
        if text.count(system) == text.count(user) == 1:
            *pieces, last = re.split(f"({system}|{user})", text)
            named = [(piece, slots[word]) for piece, word in zip(pieces[::2], pieces[1::2], strict=True)]
            return (*named, (last, None))
    raise ModelError(f"The model's chat template can't be used: {problem}.")


def _render(template: str, messages: list[dict[str, str]], special: Mapping[str, str]) -> str:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, _Generation]
    )
    environment.filters["tojson"] = _tojson
    environment.globals.update(raise_exception=_raise, strftime_now=lambda _: TODAY)
    # Models that think aloud unless told otherwise are told: the answer is constrained from its first token.
    switches = {"add_generation_prompt": True, "enable_thinking": False, "tools": None, "documents": None}
    return environment.from_string(template).render(messages=messages, **switches, **special)


def _tojson(value: Any, ensure_ascii: bool = False, indent: int | None = None, **options: Any) -> str:  # noqa: ANN401
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **options)


def _raise(message: str) -> None:
    raise TemplateError(message)
