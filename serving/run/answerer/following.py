"""The language model of an answerer: which model, adapter and prompt a run takes from it."""

from dataclasses import fields, replace
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from fewsight.digest import file_digest
from fewsight.errors import ConfigError, ModelError, first_problem
from fewsight.prompts.render import Order
from fewsight.prompts.selection.selectors import Order as ShotOrder
from fewsight.prompts.selection.selectors import SelectorKind
from fewsight.prompts.task import Style
from fewsight.serving.answerers.opened import OpenAnswerer
from fewsight.serving.models.adapters import adapter_digest
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.run.options import BARE, EngineOptions, PromptOptions, RunOptions, Similarity

ADAPTER: Final = "adapter"
"""The folder of an answerer's own adapter, inside it."""

POOL: Final = "pool.jsonl"
"""The file of an answerer's examples, inside it."""


class ModelSettings(BaseModel):
    """Settings of a part that is a language model: options of a run, with digests of what they name.

    `adapter` is 'none', 'built-in', or 'adapter' for the one in the answerer's folder; `pool_digest` is that of its
    examples, where it has any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    model_digest: str
    adapter: str = BARE
    adapter_digest: str | None = None
    pool_digest: str | None = None
    shots: int = 0
    selector: SelectorKind = "balanced"
    similarity: Similarity = "tfidf"
    shot_order: ShotOrder = "nearest-last"
    style: Style | None = None
    order: Order | None = None
    history_tokens: int = 1024
    seed: int = 0


_PROMPT: Final = tuple(one.name for one in fields(PromptOptions) if one.name in ModelSettings.model_fields)


def model_settings(answerer: OpenAnswerer) -> ModelSettings | None:
    """The settings of its language model; None where it has none.

    Raises:
        ModelError: they are damaged.
    """
    if answerer.model is None:
        return None
    try:
        return ModelSettings.model_validate(answerer.model.settings)
    except ValidationError as error:
        raise ModelError(
            f"The language model of answerer {answerer.manifest.name!r} can't be read: {first_problem(error)}. Save it "
            "again with `fewsight eval --save`."
        ) from error


def following(options: RunOptions, answerer: OpenAnswerer) -> RunOptions:
    """The options with model, adapter and prompt of the answerer's language model; as they are where it has none.

    Raises:
        ConfigError: the options ask for others.
        ModelError: its adapter or its examples were changed.
    """
    settings = model_settings(answerer)
    if settings is None:
        return options
    _require_files(answerer, settings)
    wanted: dict[str, Any] = {name: getattr(settings, name) for name in _PROMPT}
    wanted["pool"] = str(answerer.folder / POOL) if settings.pool_digest else None
    adapter = str(answerer.folder / ADAPTER) if settings.adapter == ADAPTER else settings.adapter
    engine: dict[str, Any] = {"model": settings.model, "adapters": {"*": adapter}}
    problems = [*_others(options.prompt, PromptOptions(), wanted), *_others(options.engine, EngineOptions(), engine)]
    if options.seed not in (0, settings.seed):
        problems.append(f"seed {options.seed} was asked for, and it has {settings.seed}")
    if problems:
        raise ConfigError(
            f"Answerer {answerer.manifest.name!r} was measured otherwise: {'; '.join(problems)}. Leave that out."
        )
    prompt = replace(options.prompt, **wanted)
    return replace(options, prompt=prompt, engine=replace(options.engine, **engine), seed=settings.seed)


def require_model(answerer: OpenAnswerer, model: ModelFolder) -> None:
    """Refuse another model than the one that was measured.

    Raises:
        ModelError: its digest differs.
    """
    settings = model_settings(answerer)
    if settings is not None and settings.model_digest != model.digest:
        raise ModelError(
            f"Answerer {answerer.manifest.name!r} was measured with model {settings.model!r} "
            f"{settings.model_digest[:12]}, and this is {model.digest[:12]}."
        )


def _others(given: Any, usual: Any, wanted: dict[str, Any]) -> list[str]:  # noqa: ANN401 - a part of the options
    """Options that are neither left as they usually are nor as they are wanted."""
    return [
        f"{name} {value!r} was asked for, and it has {want!r}"
        for name, want in wanted.items()
        if (value := getattr(given, name)) not in (getattr(usual, name), want)
    ]


def _require_files(answerer: OpenAnswerer, settings: ModelSettings) -> None:
    folder = answerer.folder
    try:
        pool = file_digest(folder / POOL) if settings.pool_digest else None
        adapter = adapter_digest(folder / ADAPTER) if settings.adapter == ADAPTER else settings.adapter_digest
    except OSError as error:
        raise ModelError(f"The answerer in {str(folder)!r} is not whole: {error}.") from error
    wanted = {POOL: (pool, settings.pool_digest), ADAPTER: (adapter, settings.adapter_digest)}
    if changed := [what for what, (now, then) in wanted.items() if now != then]:
        raise ModelError(f"The answerer in {str(folder)!r} has another {' and '.join(changed)} than it was saved with.")
