"""`fewsight models`: fetch models, and list those at hand."""

from pathlib import Path

import click

from fewsight.console import echo
from fewsight.notices import shown_progress
from fewsight.serving.models.digest import known_folders
from fewsight.serving.models.names import (
    DEFAULT_MODEL,
    EMBEDDINGS,
    MODELS,
    cache_folder,
    resolve_embedding_model,
    resolve_model,
)


@click.group()
def models() -> None:
    """Fetch and list models."""


@models.command()
@click.argument("name", default=DEFAULT_MODEL)
def pull(name: str) -> None:
    """Fetch NAME (a built-in model or a hub id) into the cache, or check a local folder.

    Built-in: smollm2-135m (the default) answers tasks; minilm finds similar examples by meaning.
    """
    with shown_progress() as progress:
        resolve = resolve_embedding_model if name in EMBEDDINGS else resolve_model
        model = resolve(name, progress=progress)
    echo(f"{model.name}: {model.note}")
    echo(f"  folder  {model.path} ({_size(model.path)})")
    echo(f"  digest  {model.digest}")


@models.command("list")
def list_models() -> None:
    """List built-in models, and all folders and hub models that were used on this machine."""
    notes = known_folders(cache_folder() / "digests")
    built_in = {**MODELS, **EMBEDDINGS}
    for model in built_in.values():
        path = model.folder
        state = f"{_size(path)} in {path}" if path.is_dir() else f"not fetched: fewsight models pull {model.name}"
        _show(model.name, model.note, state, model.digest)
        notes.pop(str(path.resolve()), None)
    for folder, digest in notes.items():
        _show(Path(folder).name, "local folder or hub model", f"{_size(Path(folder))} in {folder}", digest)


def _show(name: str, what: str, state: str, digest: str) -> None:
    echo(f"{name}  {digest[:12]}\n    {what}\n    {state}")


def _size(folder: Path) -> str:
    total = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return f"{total / 1e6:.0f} MB"
