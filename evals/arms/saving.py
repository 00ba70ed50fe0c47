"""Arms as answerers: the pieces of each, and the folder that they become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy2, copytree, rmtree
from typing import TYPE_CHECKING

from fewsight.digest import file_digest
from fewsight.errors import ConfigError
from fewsight.prompts.labelled import rows_digest
from fewsight.prompts.task import Task
from fewsight.serving.answerers.folder import (
    MANIFEST,
    MODEL,
    AnswererManifest,
    PartFacts,
    RowFacts,
    Weighting,
    answered_task,
    write_answerer,
)
from fewsight.serving.answerers.stored import Tensors
from fewsight.serving.run.answerer.following import ADAPTER, POOL, ModelSettings
from fewsight.serving.run.options import BARE, BUILT_IN

if TYPE_CHECKING:
    from fewsight.calibration import Circumstances
    from fewsight.prompts.labelled import GoldRow
    from fewsight.serving.run.options import RunOptions


@dataclass(frozen=True)
class Piece:
    """One part of an answerer, with its tensors, and what is copied into the folder, by name there."""

    name: str
    facts: PartFacts
    tensors: Tensors = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    learned: Sequence["GoldRow"] = ()


def model_piece(options: "RunOptions", now: "Circumstances", rows: Sequence["GoldRow"]) -> Piece:
    """The part that is a language model.

    Args:
        options: of the arm's run.
        now: the circumstances that it ran under.
        rows: that it showed.
    """
    prompt, engine = options.prompt, options.engine
    named = engine.adapters.get("*", BARE)
    files: dict[str, Path] = {}
    if named not in (BARE, BUILT_IN):
        files[ADAPTER] = Path(named)
    if prompt.pool:
        files[POOL] = Path(prompt.pool)
    shared = {name: getattr(prompt, name) for name in ModelSettings.model_fields if hasattr(prompt, name)}
    settings = ModelSettings(
        model=engine.model,
        model_digest=now.model,
        adapter=ADAPTER if ADAPTER in files else named,
        adapter_digest=now.adapter if ADAPTER in files else None,
        pool_digest=file_digest(files[POOL]) if POOL in files else None,
        seed=options.seed,
        **shared,
    )
    return Piece(MODEL, PartFacts(kind=MODEL, settings=settings.model_dump(mode="json")), files=files, learned=rows)


def require_place(folder: Path) -> None:
    """Refuse a folder that holds something else than an answerer, which would be replaced.

    Raises:
        ConfigError: it does.
    """
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{str(folder)!r} is there and holds no answerer; name a new folder with --answerer-out.")


def write_pieces(
    folder: Path,
    name: str,
    task: Task,
    pieces: Sequence[Piece],
    blends: Mapping[str, Weighting],
    fitted: Sequence["GoldRow"] = (),
    figures: Mapping[str, dict[str, float]] | None = None,
) -> AnswererManifest:
    """Write an answerer of some pieces, or replace it; fields without a blend count all pieces alike.

    Args:
        folder: where it stands.
        name: what it is called.
        task: that it answers.
        pieces: its parts.
        blends: by field, as far as weights were fitted.
        fitted: the rows that they were fitted on.
        figures: what was measured, by field and metric.

    Raises:
        ConfigError: the folder holds something else, or two pieces have one name.
        OSError: it can't be written.
    """
    require_place(folder)
    names = [piece.name for piece in pieces]
    if len(set(names)) < len(names):
        raise ConfigError(f"An answerer has one part of each name, and these are {', '.join(names)}.")
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for piece in pieces:
        for inside, source in piece.files.items():
            (copytree if source.is_dir() else copy2)(source, folder / inside)
    known = answered_task(task)
    alike = Weighting(weights=dict.fromkeys(names, 1 / len(names)))
    learned = {row.id: row for piece in pieces for row in piece.learned}
    manifest = AnswererManifest(
        name=name,
        task=known,
        parts={piece.name: piece.facts for piece in pieces},
        blends={path: blends.get(path, alike) for path in known.labels},
        rows=RowFacts(
            learned=len(learned),
            learned_digest=rows_digest(list(learned.values())) if learned else None,
            fitted=len(fitted),
            fitted_digest=rows_digest(fitted) if fitted else None,
        ),
        figures=dict(figures or {}),
    )
    return write_answerer(folder, manifest, {key: one for piece in pieces for key, one in piece.tensors.items()})
