"""A question to ask about every customer, and the examples that show how it is answered."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel

from fewsight.digest import digest
from fewsight.events import CustomerHistory
from fewsight.outcomes import TaskOutcome
from fewsight.prompts.columns import Columns

Language = Literal["en", "zh"]
Style = Literal["full", "compact"]
ANONYMOUS: Final = "shot:"
"""Opens the customer id of a labelled row whose customer is not known."""

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
STYLES: Final[tuple[Style, ...]] = ("full", "compact")

BLOCKS: Final = ("instructions", "history", "question")
"""The blocks of every template; `history` and `question` are rendered for shots too."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A labelled example. Evidence in `answer` names the history's events as 'E1'..'En', oldest first."""

    id: str
    history: CustomerHistory
    answer: Mapping[str, Any]
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class NoneOfThese:
    """How a labelling task says that a text is out of its scope.

    `label` is one of the task's labels that stands for 'none of these'; `threshold` makes it the answer whenever no
    label is at least so probable. Either or both.
    """

    label: str
    threshold: float | None = None


@dataclass(frozen=True)
class Task:
    """A question: output model, templates, label descriptions, shots.

    `descriptions[language][field][label]` explains a label; `templates[language, style]` is Jinja source with the
    blocks `instructions`, `history` and `question`. `columns` are those of the table that the task was made from: what
    is named so in another labelled table holds the same. `outcome` is what the first field asks of the future, where it
    does. Both shape no prompt and no answer.
    """

    name: str
    version: str
    title: str
    output: type[BaseModel]
    templates: Mapping[tuple[Language, Style], str]
    descriptions: Mapping[Language, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    shots: tuple[Shot, ...] = ()
    none_of_these: NoneOfThese | None = None
    folder: Path | None = None
    columns: Columns | None = None
    outcome: TaskOutcome | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that shapes this task's prompts and answers, its shots included."""
        question = [self.name, self.version, self.output.model_json_schema(), self.descriptions]
        templates = [[*key, source] for key, source in sorted(self.templates.items())]
        none = None if self.none_of_these is None else asdict(self.none_of_these)
        return digest([question, templates, none, [_shot_digest(shot) for shot in self.shots]])

    def shots_in(self, language: Language) -> tuple[Shot, ...]:
        """The shots written in one language."""
        return tuple(shot for shot in self.shots if shot.language == language)


def known_customer(history: CustomerHistory) -> str | None:
    """Whose history a labelled row holds, where the row says so."""
    return None if history.customer_id.startswith(ANONYMOUS) else history.customer_id


def _shot_digest(shot: Shot) -> str:
    content: dict[str, Any] = json.loads(json.dumps(asdict(shot), default=str))
    return digest(content)
