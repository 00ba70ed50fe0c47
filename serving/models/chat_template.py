"""A model's chat template, taken apart: which text of its own stands before, between and after the messages.

The template is rendered once, with words that nobody can guess in the place of the messages, and cut at these words. So
messages never pass through the template, and nothing that a message says can look like a part of it.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jinja2.nodes
from jinja2 import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fewsight.errors import ModelError


@dataclass(frozen=True, slots=True)
class Frame:
    """What a template writes before the system message, before the first user message, and to open the answer.

    `answer` opens the answer of an example, and `again` closes it and opens the next user message; None where the
    template does not treat all examples alike.
    """

    system: str
    user: str
    opening: str
    answer: str | None
    again: str | None


TODAY: Final = "26 Jul 2024"
"""What `strftime_now` says in every format: a prompt must not depend on the day it is rendered."""

PLAIN_FRAME: Final = Frame(system="", user="\n\n", opening="\n", answer="\n", again="\n\n")
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
    head of the first user message, with a blank line between.

    Raises:
        ModelError: the template fails, or does not show each message exactly once.
    """
    problem = ""
    for merged in (False, True):
        try:
            system, user, opening = _pieces(template, special, 0, merged)
        except Exception as error:  # a template is the model's own code, and may raise anything
            problem = str(error) or type(error).__name__
            continue
        answer, again = _between(template, special, merged)
        return Frame(system, user, opening, answer, again)
    raise ModelError(f"The model's chat template can't be used: {problem.rstrip('.')}.")


def _between(template: str, special: Mapping[str, str], merged: bool) -> tuple[str | None, str | None]:
    """What stands before and after the answer of an example, where that is the same for all examples."""
    try:
        pieces = _pieces(template, special, 2, merged)
    except Exception:  # as above; such a model gets its examples inside the user message
        return None, None
    _, _, answer, again, answer_too, again_too, _ = pieces
    return (answer, again) if (answer, again) == (answer_too, again_too) else (None, None)


def _pieces(template: str, special: Mapping[str, str], examples: int, merged: bool) -> list[str]:
    """The template's text around the messages of a conversation with so many examples.

    Raises:
        ModelError: a message is not shown exactly once, or they stand in another order.
    """
    words = [secrets.token_hex(16) for _ in range(2 * examples + 2)]
    system, first, *later = words
    roles = [("user", f"{system}\n\n{first}")] if merged else [("system", system), ("user", first)]
    roles += [(("assistant", "user")[i % 2], word) for i, word in enumerate(later)]
    text = _render(template, [{"role": role, "content": content} for role, content in roles], special)
    if re.findall("|".join(words), text) != words:
        raise ModelError("it does not show each message exactly once, in their order")
    return re.split("|".join(words), text)


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
