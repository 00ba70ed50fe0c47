"""What an arm is: one way to answer a task, with its options.

A kind of arm is a subclass that is registered by `arm_kind`; nothing else knows the kinds there are.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from fewsight.digest import digest
from fewsight.errors import ConfigError
from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.context import Context
from fewsight.evals.model import Group
from fewsight.evals.registry import Registry
from fewsight.prompts.labelled import GoldRow, read_gold

if TYPE_CHECKING:
    from fewsight.evals.arms.saving import Piece


class Arm(BaseModel, ABC):
    """One way to answer a task. Options that are None are the suite's.

    Args:
        name: how the report calls it.
        word: the short form that it was made from, without a number of labels; arms that share it are one family.
        seed: of whatever it draws.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    """The kind's name."""

    called: ClassVar[str]
    """How messages call arms of the kind."""

    examples: ClassVar[tuple[str, ...]] = ()
    """Words of such arms, for suggestions."""

    beside: ClassVar[tuple[str, ...]] = ()
    """Words of arms that are added to every suite which does not name them."""

    shows_prompts: ClassVar[bool] = False
    """Whether `prompts` gives any."""

    name: str
    word: str = ""
    seed: int = 0

    @classmethod
    @abstractmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:
        """The options that a short word stands for, paths taken from the folder `base`; None for other kinds' words."""

    @classmethod
    def located(cls, options: Mapping[str, Any], base: Path) -> dict[str, Any]:
        """Options as a suite gives them, with paths taken from the folder `base`."""
        paths = {name for name, field in cls.model_fields.items() if field.annotation in (Path, Path | None)}
        return {
            name: base / value if name in paths and isinstance(value, str) else value for name, value in options.items()
        }

    @classmethod
    def unavailable(cls, word: str) -> str | None:  # noqa: ARG003 - for kinds that need something
        """Why the arm of one of the words in `beside` can't answer here; None where it can."""
        return None

    @property
    @abstractmethod
    def group(self) -> Group:
        """What a report compares it as."""

    @abstractmethod
    def describe(self) -> str:
        """What it is, in words."""

    @abstractmethod
    def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:
        """Answer all rows of all parts. What was answered before is not computed again.

        Args:
            context: what all arms of the task share.
            parts: the rows.
            others: answers of the arms that `components` names.

        Raises:
            FewsightError: it can't answer.
        """

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the arms whose answers it is made of."""
        return ()

    @property
    def draws(self) -> bool:
        """Whether a seed changes it: training rows or examples are drawn, or weights are trained."""
        return False

    @property
    def needs_rows(self) -> bool:
        """Whether it can't do without the task's training rows."""
        return False

    @property
    def family(self) -> str:
        """What it shares with arms that differ in the number of labels or the seed only."""
        return self.word

    @property
    def saves(self) -> bool:
        """Whether it can become an answerer's folder, which runs take."""
        return False

    def piece(self, context: Context, answers: Answers) -> "Piece":  # noqa: ARG002 - for those that have one
        """What it is as a part of an answerer, after it gave these answers.

        Raises:
            ConfigError: it is no such part.
        """
        raise ConfigError(f"Arm {self.name!r} can't be a part of an answerer; {SAVABLE} can.")

    def problems(self) -> Iterator[str]:
        """What is missing for it to answer, in words."""
        for _, value in self:
            if isinstance(value, Path) and not value.is_file():
                yield f"there is no file {str(value)!r}"

    def prompts(self, context: Context, rows: Sequence[GoldRow], ids: Collection[str]) -> dict[str, str]:  # noqa: ARG002
        """The prompts of those of the test rows, as text with special tokens, by row id."""
        return {}

    def identity(self) -> dict[str, Any]:
        """All that it depends on, as plain data; digests of folders and suites are made of it.

        It names every option that any kind of the first version had, so that what was answered then is found again.
        """
        return {**_FIRST_OPTIONS, "kind": self.kind, **self.model_dump(mode="json")}

    def folder(self, context: Context) -> Path:
        """Where it keeps what it computes; a change of the arm gives another one."""
        known = {name: value for name, value in self.identity().items() if name not in ("name", "price_per_million")}
        safe = "".join(c if c.isalnum() or c in "-_.+@" else "-" for c in self.name)[:60]
        return context.folder / context.task.name / f"{safe}-{digest(known)[:8]}"


class LearningArm(Arm):
    """An arm that labelled rows are shown to, or that learns from them.

    Args:
        labels: only so many training rows, drawn by the seed; all where None.
        train: another labelled file than the task's.
    """

    labels: int | None = None
    train: Path | None = None

    @model_validator(mode="after")
    def _has_labels(self) -> Self:
        if self.labels is not None and self.labels < 1:
            raise ValueError("@0 leaves no label; use 1 or more")
        return self

    @property
    def draws(self) -> bool:
        """Rows are drawn where not all are taken."""
        return self.labels is not None

    @property
    def family(self) -> str:
        """An arm with rows of its own is a family of its own."""
        return self.word if self.train is None else self.name

    @property
    def rows_in_words(self) -> str:
        """Which rows it may learn from."""
        if self.train:
            return f"the rows of {self.train.name}"
        return f"{self.labels:,} training rows" if self.labels else "all training rows"

    def rows(self, context: Context) -> tuple[GoldRow, ...]:
        """The rows that it may learn from or show.

        A number of labels means the first rows in an order that the seed draws, so that more labels hold fewer ones.
        """
        rows = context.train if self.train is None else tuple(read_gold(self.train, context.task).rows)
        if self.labels is None or self.labels >= len(rows):
            return rows
        mixed = list(rows)
        Random(f"labels {self.seed}").shuffle(mixed)  # noqa: S311 - reproducible, no secret
        return tuple(mixed[: self.labels])


SAVABLE: Final = "names, encoder, knn-vote, facts-lr, facts-gbm, btyd, prompts, adapters and pools of these"
"""Arms that can be saved, in words."""

ARMS: Final[Registry[type[Arm]]] = Registry("kind of arm", "fewsight.evals.arms.kinds", "fewsight.arms")

Kind = TypeVar("Kind", bound=type[Arm])


def arm_kind(kind: Kind) -> Kind:
    """Register a kind of arm.

    Raises:
        ConfigError: there is one of this name.
    """
    ARMS.add(kind.kind, kind)
    return kind


_FIRST_OPTIONS: Final[Mapping[str, Any]] = {
    "classic": None,
    "shots": 0,
    "selector": "balanced",
    "similarity": None,
    "adapter": "none",
    "labels": None,
    "train": None,
    "predictions": None,
    "first": None,
    "second": None,
    "below": None,
    "task": None,
    "config": None,
    "model": None,
    "engine": None,
    "base_url": None,
    "dtype": None,
    "style": None,
    "price_per_million": None,
}
