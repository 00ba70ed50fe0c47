"""`fewsight models`: fetch models, list those at hand, and clear what can be made again."""

from pathlib import Path

import click

from fewsight.console import echo
from fewsight.notices import shown_progress
from fewsight.serving.models.digest import known_folders
from fewsight.serving.models.larger import LARGER, NOT_TRIED
from fewsight.serving.models.merged import age, clear, merged_models
from fewsight.serving.models.names import (
    DEFAULT_EMBEDDING,
    DEFAULT_MODEL,
    EMBEDDINGS,
    MODELS,
    cache_folder,
    resolve_embedding_model,
    resolve_model,
)


@click.group()
def models() -> None:
    """Fetch, list and clear models."""


@models.command()
@click.argument("name", default=DEFAULT_MODEL)
def pull(name: str) -> None:
    """Fetch NAME (a built-in model or a hub id) into the cache, or check a local folder.

    Built-in: smollm2-135m (the default) answers tasks; minilm, which comes with it, reads histories for the heads that
    answer beside its adapter, and finds similar examples by meaning; mpnet is a larger encoder.
    """
    _pull(name)
    if name == DEFAULT_MODEL:
        _pull(DEFAULT_EMBEDDING)


def _pull(name: str) -> None:
    with shown_progress() as progress:
        resolve = resolve_embedding_model if name in EMBEDDINGS else resolve_model
        model = resolve(name, progress=progress)
    echo(f"{model.name}: {model.note}")
    echo(f"  folder  {model.path} ({_size(model.path)})")
    echo(f"  digest  {model.digest}")


@models.command("list")
def list_models() -> None:
    """List built-in models, merged adapters, folders and hub models that were used on this machine, and larger models.

    Of the larger models, which are for real use, sizes, licences and languages are those of their cards.
    """
    notes = known_folders(cache_folder() / "digests")
    built_in = {**MODELS, **EMBEDDINGS}
    for model in built_in.values():
        path = model.folder
        state = f"{_size(path)} in {path}" if path.is_dir() else f"not fetched: fewsight models pull {model.name}"
        _show(model.name, model.note, state, model.digest)
        notes.pop(str(path.resolve()), None)
    for one in merged_models():
        notes.pop(str(one.folder.resolve()), None)
        state = f"{one.size / 1e6:.0f} MB in {one.folder}, used {age(one.used)}{', in use now' if one.in_use else ''}"
        _show(
            one.name, "adapter merged into its base model; `fewsight models clear` removes it", state, one.folder.name
        )
    for folder, digest in notes.items():
        _show(Path(folder).name, "local folder or hub model", f"{_size(Path(folder))} in {folder}", digest)
    echo(f"\nLarger models for real use, {NOT_TRIED} (--model NAME fetches one):")
    for larger in LARGER:
        needs = f"about {larger.memory_gb} GB of GPU memory in bfloat16; {NOT_TRIED}"
        echo(f"{larger.name}\n    {larger.note}\n    {needs}")


@models.command("clear")
def clear_merged() -> None:
    """Remove merged adapters from the cache; they are made again when they are needed.

    The cache holds at most 5 GB of them, or what FEWSIGHT_MERGED_GB says: what was used longest ago goes first.
    """
    removed = clear()
    echo(f"Merged adapters removed: {len(removed)} ({sum(one.size for one in removed) / 1e6:.0f} MB).")
    if left := merged_models():
        echo(f"In use, and kept: {len(left)}.")


def _show(name: str, what: str, state: str, digest: str) -> None:
    echo(f"{name}  {digest[:12]}\n    {what}\n    {state}")


def _size(folder: Path) -> str:
    total = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return f"{total / 1e6:.0f} MB"
