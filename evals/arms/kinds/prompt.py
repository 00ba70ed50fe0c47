"""Arms that ask a language model: by examples in the prompt, by an adapter, or by both."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from fewsight.errors import ConfigError
from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.base import LearningArm, arm_kind
from fewsight.evals.arms.context import Context
from fewsight.evals.model import Group
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.selection.selectors import SelectorKind
from fewsight.prompts.task import Style
from fewsight.serving.run.options import BARE, BUILT_IN, Similarity

if TYPE_CHECKING:
    from fewsight.evals.arms.saving import Piece

_SELECTORS: Final = get_args(SelectorKind)
_SHOTS: Final = re.compile(rf"({'|'.join(_SELECTORS)})-(\d+)")
_EXAMPLES: Final = tuple(f"{selector}-4" for selector in _SELECTORS)
_ADAPTER: Final = "adapter:"


@arm_kind
class PromptArm(LearningArm):
    """Asks a language model.

    Args:
        shots: examples in the prompt.
        selector: how they are chosen.
        similarity: how rows are compared, for 'knn' and 'mmr'.
        adapter: folder, 'built-in' or 'none'.
        task: folder of the same task in other words (another instruction); its output must be equal.
        model, engine, base_url, dtype, style: as for `fewsight run`.
        price_per_million: of prompt and answer tokens, in the suite's currency.
    """

    kind = "prompt"
    called = "an arm that asks a language model"
    examples = (
        "zero-shot",
        *(f"{selector}-4" for selector in _SELECTORS),
        BUILT_IN,
        "adapter:DIR",
        "adapter:DIR+knn-4",
    )
    shows_prompts = True

    shots: int = 0
    selector: SelectorKind = "balanced"
    similarity: Similarity | None = None
    adapter: str = BARE
    task: str | None = None
    model: str | None = None
    engine: str | None = None
    base_url: str | None = None
    dtype: str | None = None
    style: Style | None = None
    price_per_million: float | None = None

    @classmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:
        """'zero-shot', 'knn-4', 'built-in', 'adapter:DIR', or an adapter with shots as 'adapter:DIR+knn-4'."""
        head, shots = with_shots(word)
        if word == "zero-shot" or (shots and not head):
            return shots
        if head == BUILT_IN:
            return {**shots, "adapter": BUILT_IN}
        if head.startswith(_ADAPTER):
            return {**shots, "adapter": str(base / head.removeprefix(_ADAPTER))}
        return None

    @classmethod
    def located(cls, options: Mapping[str, Any], base: Path) -> dict[str, Any]:
        """A task may be a folder or a name."""
        located, task = super().located(options, base), options.get("task")
        if isinstance(task, str) and ("/" in task or (base / task).is_dir()):
            located["task"] = str(base / task)
        return located

    @property
    def group(self) -> Group:
        """A prompt alone, or an adapter."""
        return "prompt" if self.adapter == BARE else "adapter"

    @property
    def draws(self) -> bool:
        """Also where examples are drawn."""
        return super().draws or (self.shots > 0 and self.selector == "random")

    @property
    def shots_in_words(self) -> str:
        """Its examples; empty without any."""
        return f"{self.shots} {self.selector} examples in the prompt" if self.shots else ""

    def describe(self) -> str:
        """Its adapter and its examples."""
        adapter = "" if self.adapter == BARE else _in_words(Path(self.adapter))
        return ", ".join(filter(None, (adapter, self.shots_in_words))) or "the question alone"

    def problems(self) -> Iterator[str]:
        """Also a missing adapter."""
        yield from super().problems()
        if self.adapter not in (BARE, BUILT_IN) and not Path(self.adapter).is_dir():
            yield f"arm {self.name!r}: there is no adapter folder {self.adapter!r}"

    def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:  # noqa: ARG002
        """Through the same machinery as `fewsight run`, with a ledger of its own.

        Raises:
            FewsightError: anything named is wrong, or the run was stopped.
        """
        from fewsight.evals.arms.model_run import ModelRun

        return ModelRun(self, context).answer(parts)

    @property
    def saves(self) -> bool:
        """As a language model with its prompt."""
        return True

    def piece(self, context: Context, answers: Answers) -> "Piece":
        """See `Arm`.

        Raises:
            ConfigError: it asks in other words than the task's.
        """
        from fewsight.evals.arms.model_run import ModelRun
        from fewsight.evals.arms.saving import model_piece

        if self.task is not None or answers.circumstances is None:
            raise ConfigError(f"Arm {self.name!r} asks in other words than the task, and an answerer has the task's.")
        shown = self.rows(context) if self.shots else ()
        return model_piece(ModelRun(self, context).options(), answers.circumstances, shown)

    def prompts(self, context: Context, rows: Sequence[GoldRow], ids: Collection[str]) -> dict[str, str]:
        """Exactly as the model reads them.

        Raises:
            FewsightError: as for `answer`.
        """
        from fewsight.evals.arms.model_run import ModelRun

        return ModelRun(self, context).prompts(rows, ids)


def with_shots(word: str) -> tuple[str, dict[str, Any]]:
    """What stands before the examples of a word, and the options that they are.

    >>> with_shots("adapter:best+knn-4")
    ('adapter:best', {'selector': 'knn', 'shots': 4})
    >>> with_shots("adapter:x+y")
    ('adapter:x+y', {})

    Raises:
        ConfigError: it asks for no example at all.
    """
    head, _, tail = word.rpartition("+")
    match = _SHOTS.fullmatch(tail)
    if not match:
        return word, {}
    if not int(match[2]):
        raise ConfigError(f"Arm {word!r} shows no example; use 'zero-shot'.")
    return head, {"selector": match[1], "shots": int(match[2])}


def _in_words(adapter: Path) -> str:
    """An adapter by its folder, and by the one above where that says nothing else than that it is an adapter.

    >>> _in_words(Path("models/refunds")), _in_words(Path("learned/answerer/adapter")), _in_words(Path("built-in"))
    ('adapter refunds', 'adapter of answerer', 'adapter built-in')
    """
    return f"adapter of {adapter.parent.name}" if adapter.name == "adapter" else f"adapter {adapter.name}"
