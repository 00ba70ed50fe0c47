"""The files of a folder of segments: data alone, JSON and safetensors, nothing that runs when it is read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from fewsight.agents.segments.cards import Cards
from fewsight.agents.segments.clusters import Model, Recipe
from fewsight.agents.segments.clusters.features import Feature, LeftOut
from fewsight.agents.segments.registry import Registry
from fewsight.agents.segments.registry.model import FORMAT
from fewsight.errors import InputError, first_problem
from fewsight.files import replacing, write_text

MODEL, ARRAYS, REGISTRY = "model.json", "model.safetensors", "registry.json"
CARDS, RULES, PAGE, MEMBERS = "cards.json", "segments.sql", "segments.html", "segments.parquet"

_Kept = TypeVar("_Kept", bound=BaseModel)
_SHAPES: Final = ("centres", "factors", "weights", "reaches")


class _Saved(BaseModel):
    format: int
    run: int
    ids: list[str]
    min_size: int
    features: list[Feature]
    left_out: list[LeftOut]


@dataclass(frozen=True)
class Segmentation:
    """What places customers: the recipe of coordinates, the model, and the ids of its segments by number."""

    run: int
    ids: Sequence[str]
    min_size: int
    recipe: Recipe
    model: Model


def write_model(made: Segmentation, folder: Path) -> None:
    """Write model.json and model.safetensors.

    Raises:
        OSError: the folder can't be written.
    """
    from safetensors.numpy import save_file

    arrays = {name: getattr(made.model, name) for name in _SHAPES} | {"components": made.recipe.components}
    with replacing(folder / ARRAYS) as target:
        save_file({name: array.copy(order="C") for name, array in arrays.items()}, target, {"run": str(made.run)})
    saved = _Saved(
        format=FORMAT,
        run=made.run,
        ids=list(made.ids),
        min_size=made.min_size,
        features=list(made.recipe.features),
        left_out=list(made.recipe.left_out),
    )
    write_text(folder / MODEL, saved.model_dump_json(indent=1) + "\n")


def read_model(folder: Path) -> Segmentation:
    """What `write_model` wrote.

    Raises:
        InputError: the files are missing, damaged, of another format, or not of one run.
    """
    from safetensors import SafetensorError, safe_open

    saved = _read(folder / MODEL, _Saved)
    try:
        with safe_open(folder / ARRAYS, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in (*_SHAPES, "components")}
            run = file.metadata()["run"]
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise InputError(f"Can't read {str(folder / ARRAYS)!r}: {error}. Make the segments again.") from error
    if run != str(saved.run) or arrays["components"].shape[1] != len(saved.features):
        raise InputError(f"{MODEL} and {ARRAYS} in {str(folder)!r} are not of one run. Make the segments again.")
    model = Model(*(arrays[name] for name in _SHAPES))
    return Segmentation(
        saved.run, saved.ids, saved.min_size, Recipe(saved.features, arrays["components"], saved.left_out), model
    )


def read_registry(folder: Path) -> Registry:
    """All runs into a folder; an empty registry where there was none.

    Raises:
        InputError: it is damaged, or of another format.
    """
    path = folder / REGISTRY
    return _read(path, Registry) if path.exists() else Registry()


def write_registry(registry: Registry, folder: Path) -> None:
    """Write registry.json.

    Raises:
        OSError: the folder can't be written.
    """
    write_text(folder / REGISTRY, registry.model_dump_json(indent=1) + "\n")


def write_cards(cards: Cards, folder: Path) -> None:
    """Write cards.json, and the rules as queries into segments.sql.

    Raises:
        OSError: the folder can't be written.
    """
    write_text(folder / CARDS, cards.model_dump_json(indent=1) + "\n")
    lines = ["-- The rule of each segment as a query of a table of facts named facts.", ""]
    for card in cards.segments:
        if card.rule is not None:
            lines += [f"-- {card.id}", f"SELECT customer_id FROM facts WHERE {card.rule.sql};", ""]  # noqa: S608 - names and words are quoted
    write_text(folder / RULES, "\n".join(lines))


def _read(path: Path, kind: type[_Kept]) -> _Kept:
    again = "Name a folder that `fewsight segments` wrote, or make the segments again into a new one."
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"Can't read {str(path)!r}: {error}. {again}") from error
    version = data.get("format") if isinstance(data, dict) else None
    if version != FORMAT:
        raise InputError(f"{str(path)!r} has the format {version!r}, and this fewsight reads {FORMAT}. {again}")
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise InputError(f"{str(path)!r} is damaged ({first_problem(error)}). {again}") from error
