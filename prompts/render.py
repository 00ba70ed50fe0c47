"""Templates to prompts: named blocks rendered in a sandbox, tokenised so that customer text can't forge a role."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fewsight.errors import TaskError
from fewsight.prompts.fields import closed_fields
from fewsight.prompts.task import Language, Shot, Style, Task
from fewsight.prompts.view import View, view
from fewsight.prompts.words import SYSTEM
from fewsight.tokenizer import Tokenizer

Order = Literal["shots-first", "history-first"]
BLOCKS = ("instructions", "shot", "history", "question")

_ROLE_MARKS = re.compile(r"<(?=[|/]|\w+>|｜)|\[(?=/?INST\])")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt: its blocks as text, and all of it as token ids (the assistant's turn opened)."""

    blocks: Mapping[str, str]
    order: Order
    system: str
    token_ids: tuple[int, ...]

    @property
    def user(self) -> str:
        """The user message as text."""
        return "".join(self.blocks[name] for name in ORDERS[self.order])

    @property
    def defanged(self) -> str:
        """The user message for servers that tokenise text themselves: nothing in it reads as a role marker."""
        return _ROLE_MARKS.sub("<\u200b", self.user)


ORDERS: dict[Order, tuple[str, ...]] = {
    "shots-first": ("instructions", "shots", "history", "question"),
    "history-first": ("history", "instructions", "shots", "question"),
}


class Renderer:
    """Renders one task in one language and style for one tokenizer.

    Raises:
        TaskError: the template is missing, doesn't parse, lacks a block, or uses an unknown variable.
    """

    def __init__(self, task: Task, tokenizer: Tokenizer, language: Language, style: Style) -> None:
        self.task, self.language, self.style = task, language, style
        self._tokenizer = tokenizer
        self._template = _template(task, language, style)
        descriptions = task.descriptions.get(language, {})
        self._shared = {
            "language": language,
            "labels": {
                field.path: [(label, descriptions.get(field.path, {}).get(label, "")) for label in field.labels]
                for field in closed_fields(task.output)
            },
        }
        self._instructions = self._block("instructions")
        self._question = self._block("question").rstrip("\n")
        self._shot = lru_cache(maxsize=20_000)(self._make_shot)
        self.name = f"{task.name}.{style}.{language}.{task.version}"

    def history(self, shown: View) -> str:
        """The history block."""
        return self._block("history", view=shown)

    def prompt(self, history: str, shots: Sequence[Shot], order: Order) -> Prompt:
        """Put the blocks in order and tokenise them; `history` is a rendered history block."""
        blocks = {
            "instructions": self._instructions,
            "shots": "".join(self._shot(_ById(shot)) for shot in shots),
            "history": history,
            "question": self._question,
        }
        system = SYSTEM[self.language]
        pieces = [self._instructions, *(self._shot(_ById(shot)) for shot in shots)]
        ordered = [*pieces, history] if order == "shots-first" else [history, *pieces]
        token_ids = self._tokenizer.chat(system, [block for block in [*ordered, self._question] if block])
        return Prompt(blocks, order, system, tuple(token_ids))

    def _make_shot(self, shot: "_ById") -> str:
        shown = view(shot.shot.history, self.language, None)
        answer = json.dumps(shot.shot.answer, ensure_ascii=False, separators=(",", ":"))
        return self._block("shot", view=shown, answer=answer)

    def _block(self, name: str, **variables: Any) -> str:  # noqa: ANN401 - template variables
        context = self._template.new_context({**self._shared, **variables})
        try:
            text = "".join(self._template.blocks[name](context)).strip()
        except jinja2.TemplateError as error:
            raise TaskError(f"Template {self._template.name} of task {self.task.name!r}: {error}") from error
        return text + "\n" if text else ""


@dataclass(frozen=True, slots=True)
class _ById:
    """A shot that is hashed by its id, since its history holds dictionaries."""

    shot: Shot

    def __hash__(self) -> int:
        return hash(self.shot.id)


@lru_cache(maxsize=64)
def _environment(folder: Path | None) -> jinja2.Environment:
    here = Path(__file__).parent
    return ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader([*([folder] if folder else []), here / "tasks", here / "templates"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )


def _template(task: Task, language: Language, style: Style) -> jinja2.Template:
    source = task.templates.get((language, style))
    if source is None:
        known = ", ".join(f"{lang} {kind}" for lang, kind in task.templates)
        raise TaskError(f"Task {task.name!r} has no {style} template in {language!r}; it has: {known}.")
    try:
        template = _environment(task.folder).from_string(source)
    except jinja2.TemplateError as error:
        raise TaskError(f"The {style} template ({language}) of task {task.name!r} doesn't parse: {error}") from error
    missing = [name for name in BLOCKS if name not in template.blocks]
    if missing:
        raise TaskError(f"The {style} template ({language}) of task {task.name!r} lacks the blocks {missing}.")
    return template
