"""Templates to prompts: named blocks rendered in a sandbox, tokenised so that customer text can't forge a role."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fewsight.errors import TaskError
from fewsight.prompts.answer.several import asked_labels
from fewsight.prompts.task import BLOCKS, Language, Shot, Style, Task
from fewsight.prompts.view import EventLine, View, view
from fewsight.prompts.words import SYSTEM
from fewsight.tokenizer import Tokenizer

Order = Literal["shots-first", "history-first"]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)

_ROLE_MARKS = re.compile(r"<(?=[|/]|\w+>|｜)|\[(?=/?INST\])")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt: its messages as text, and all of it as token ids (the assistant's turn opened).

    `shots` are pairs of a user message and its answer, each a turn of its own.
    """

    system: str
    shots: tuple[tuple[str, str], ...]
    user: str
    token_ids: tuple[int, ...]

    def defanged(self) -> tuple[str, str]:
        """(system, user) for servers that tokenise text themselves, shots inside the user message: nothing that a
        customer wrote reads as a role marker.
        """
        examples = "".join(f"{question}\n{answer}\n" for question, answer in self.shots)
        return self.system, _ROLE_MARKS.sub("\\g<0>\u200b", examples + self.user)


class Renderer:
    """Renders one task in one language and style for one tokenizer.

    Raises:
        TaskError: the template is missing, doesn't parse, lacks a block, or uses an unknown variable.
    """

    def __init__(self, task: Task, tokenizer: Tokenizer, language: Language, style: Style) -> None:
        self.task, self.language, self.style = task, language, style
        self.name = f"{task.name}.{style}.{language}.{task.version}"
        self._tokenizer = tokenizer
        self._template = _template(task, language, style)
        descriptions = task.descriptions.get(language, {})
        self._shared = {
            "language": language,
            "labels": {
                path: [(label, descriptions.get(path, {}).get(label, "")) for label in labels]
                for path, labels in asked_labels(task.output).items()
            },
        }
        self._instructions = {shown: self._block("instructions", shots=shown) for shown in (False, True)}
        self._question = self._block("question")
        self._shot = lru_cache(maxsize=20_000)(self._make_shot)

    def history(self, shown: View) -> str:
        """The history block."""
        return self._block("history", view=shown)

    def prompt(self, history: str, shots: Sequence[Shot], order: Order) -> Prompt:
        """Put the blocks in order and tokenise them; `history` is a rendered history block.

        Shots first: instructions in the system message, each shot a turn of its own, and then the history, so that
        requests of one task share everything before the history. History first: the history opens the user message,
        so that requests of one customer share it; instructions, shots and question follow in the same message.
        """
        system, turns = SYSTEM[self.language], tuple(self._shot(_ById(shot)) for shot in shots)
        instructions = self._instructions[bool(shots)]
        blocks = [history, self._question]
        if order == "shots-first":
            system = f"{system}\n{instructions}".rstrip("\n")
        else:
            examples = [f"{question}\n{answer}\n" for question, answer in turns]
            blocks, turns = [history, instructions, *examples, self._question], ()
        blocks = [block for block in blocks if block]
        blocks[-1] = blocks[-1].rstrip("\n")
        return Prompt(system, turns, "".join(blocks), tuple(self._tokenizer.chat(system, blocks, turns)))

    def _make_shot(self, shot: "_ById") -> tuple[str, str]:
        shown = view(shot.shot.history, self.language)
        answer = json.dumps(shot.shot.answer, ensure_ascii=False, separators=(",", ":"))
        return (self.history(shown) + self._question).rstrip("\n"), answer

    def _block(self, name: str, **variables: Any) -> str:  # noqa: ANN401 - template variables
        context = self._template.new_context({**self._shared, **variables})
        try:
            text = "".join(self._template.blocks[name](context)).strip()
        except Exception as error:  # a template may divide by zero as well as name what is not there
            raise TaskError(f"Block {name!r} of template {self.name!r} can't be rendered: {error}") from error
        return text + "\n" if text else ""


@dataclass(frozen=True, slots=True)
class _ById:
    """A shot that is hashed by its id, since its history holds dictionaries."""

    shot: Shot

    def __hash__(self) -> int:
        return hash(self.shot.id)


class _Sandbox(ImmutableSandboxedEnvironment):
    """A sandbox that knows the fields of a view to be harmless: asking each time takes longer than all the rest."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - any value of a template
        if type(obj) in (View, EventLine) and attribute in obj.__slots__:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


@lru_cache(maxsize=64)
def _environment(folder: Path | None) -> jinja2.Environment:
    here = Path(__file__).parent
    return _Sandbox(
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
