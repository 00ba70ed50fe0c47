"""Arms as a suite names them: short words such as `knn-4` or `adapter:DIR+knn-4`, or tables that say more."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from fewsight.errors import ConfigError, did_you_mean
from fewsight.prompts.selection.selectors import SelectorKind
from fewsight.prompts.task import Style
from fewsight.serving.run.options import BARE, BUILT_IN, Similarity

Kind = Literal["classic", "prompt", "finetune", "cascade", "given"]
CLASSIC: Final = ("majority", "tfidf-lr", "tfidf-svm", "embeddings-lr")
_SHOTS: Final = re.compile(rf"({'|'.join(get_args(SelectorKind))})-(\d+)")
_WORDS: Final = (
    *CLASSIC,
    "zero-shot",
    *(f"{selector}-4" for selector in get_args(SelectorKind)),
    BUILT_IN,
    "adapter:DIR",
    "adapter:DIR+knn-4",
    "finetune",
    "predictions:FILE",
)


class ArmSpec(BaseModel):
    """One arm. What is None is the suite's.

    Args:
        name: how the report calls it.
        kind: how it answers.
        word: the short form that it was made from, without a number of labels; arms that share it are one family.
        classic: which baseline.
        shots, selector: examples in the prompt.
        adapter: folder, or 'built-in'.
        labels: only so many training rows, drawn by the seed; all where None.
        train: another labelled file than the task's.
        predictions: file of committed predictions.
        first, second, below: a cascade's arms, and the confidence below which the second one answers.
        task: folder of the same task in other words (another instruction); its output must be equal.
        config: options of a fine-tuning, a TOML file as for `fewsight finetune --config`.
        price_per_million: of prompt and answer tokens, in the suite's currency.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Kind
    word: str = ""
    classic: str | None = None
    shots: int = 0
    selector: SelectorKind = "balanced"
    similarity: Similarity | None = None
    adapter: str = BARE
    labels: int | None = None
    train: Path | None = None
    predictions: Path | None = None
    first: str | None = None
    second: str | None = None
    below: float | None = None
    task: str | None = None
    config: Path | None = None
    model: str | None = None
    engine: str | None = None
    base_url: str | None = None
    dtype: str | None = None
    style: Style | None = None
    price_per_million: float | None = None
    seed: int = 0

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind == "cascade" and (self.first is None or self.second is None or self.below is None):
            raise ValueError("a cascade needs first, second and below")
        if self.kind != "cascade" and (self.first or self.second or self.below is not None):
            raise ValueError("first, second and below are for a cascade; leave `arm` out of it")
        if self.below is not None and not 0 < self.below <= 1:
            raise ValueError(f"below = {self.below} is no confidence; use one above 0 and up to 1")
        if self.labels is not None and self.labels < 1:
            raise ValueError("@0 leaves no label; use 1 or more")
        if self.config is not None and self.kind != "finetune":
            raise ValueError("config is for the arm 'finetune'")
        return self

    @property
    def draws(self) -> bool:
        """Whether a seed changes it: training rows or shots are drawn, or weights are trained."""
        return self.labels is not None or self.kind == "finetune" or (self.shots > 0 and self.selector == "random")


def make_arm(given: str | Mapping[str, Any], base: Path) -> ArmSpec:
    """An arm of its short form, or of a table; paths are taken from the folder `base`.

    >>> arm = make_arm("adapter:best+knn-4", Path("/suite"))
    >>> arm.kind, arm.adapter, arm.selector, arm.shots
    ('prompt', '/suite/best', 'knn', 4)
    >>> make_arm("tfidf-svm@500", Path()).labels
    500

    Raises:
        ConfigError: no such arm, or its options do not fit together.
    """
    table = {"arm": given} if isinstance(given, str) else dict(given)
    word = table.pop("arm", None)
    if word is not None and not isinstance(word, str):
        raise ConfigError(f"An arm's `arm` must be a word such as 'knn-4', and is {word!r}.")
    known = {"kind": "cascade", "word": "cascade"} if word is None else _read(word, base)
    if unknown := [key for key in table if key not in ArmSpec.model_fields or key in ("kind", "word")]:
        raise ConfigError(f"Arm {given!r} has an option {unknown[0]!r}.{did_you_mean(unknown[0], _OPTIONS)}")
    for key in ("train", "config", "task"):
        if isinstance(table.get(key), str) and (key != "task" or "/" in table[key] or (base / table[key]).is_dir()):
            table[key] = str(base / table[key])
    try:
        return ArmSpec.model_validate({"name": word, **known, **table})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(f"Arm {given!r} is wrong: {where + ': ' if where else ''}{first['msg']}.") from None


_OPTIONS: Final = ("arm", *(name for name in ArmSpec.model_fields if name not in ("kind", "word")))


def _read(word: str, base: Path) -> dict[str, Any]:
    rest, at, number = word.rpartition("@")
    if not at or not number.isdecimal():
        rest, number = word, ""
    labels = {"labels": int(number)} if number else {}
    if rest.startswith("predictions:"):
        return {"kind": "given", "word": rest, "predictions": base / rest.removeprefix("predictions:")}
    if rest in CLASSIC:
        return {"kind": "classic", "word": rest, "classic": rest, **labels}
    head, _, tail = rest.rpartition("+")
    found = _SHOTS.fullmatch(tail)
    if not found:  # the whole word names an adapter, or nothing
        head = rest
    elif not int(found[2]):
        raise ConfigError(f"Arm {word!r} shows no example; use 'zero-shot'.")
    shots = {"selector": found[1], "shots": int(found[2])} if found else {}
    made = {"kind": "prompt", "word": rest, **shots, **labels}
    if rest == "zero-shot" or (found and not head):
        return made
    if head == BUILT_IN:
        return made | {"adapter": BUILT_IN}
    if head == "finetune":
        return made | {"kind": "finetune"}
    if head.startswith("adapter:"):
        return made | {"adapter": str(base / head.removeprefix("adapter:"))}
    raise ConfigError(f"There is no arm {word!r}.{did_you_mean(head, _WORDS)}")


def check_names(arms: Iterable[ArmSpec]) -> None:
    """Refuse equal names, and cascades of arms that are not there.

    Raises:
        ConfigError: all of it at once.
    """
    arms = list(arms)
    names = [arm.name for arm in arms]
    plain = [arm.name for arm in arms if arm.kind != "cascade"]
    problems = [f"two arms are called {name!r}; give one another name" for name in names if names.count(name) > 1]
    problems += [
        f"the cascade {arm.name!r} names the arm {part!r}.{did_you_mean(part, plain)}"
        for arm in arms
        for part in (arm.first, arm.second)
        if part is not None and part not in plain
    ]
    if problems:
        raise ConfigError("; ".join(dict.fromkeys(problems)))
