"""`fewsight adapters list|show|check|merge|export`."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click

from fewsight.adapter_manifest import MANIFEST, AdapterManifest, read_manifest
from fewsight.errors import ConfigError, ModelError
from fewsight.serving.models.adapters import CONFIG, WEIGHTS, check_adapter
from fewsight.serving.models.dtype import Dtype

_ADAPTER = click.argument("adapter", type=click.Path(exists=True, file_okay=False, path_type=Path))
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Time of all files in an exported archive, so that equal adapters give equal archives."""


@click.group()
def adapters() -> None:
    """List, show, check, merge or export what `fewsight finetune` made: LoRA adapters, and whole models."""


@adapters.command("list")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
def list_adapters(folder: Path) -> None:
    """Adapters in FOLDER and in the folders right below it."""
    found = [
        path for path in (folder, *sorted(folder.iterdir())) if (path / CONFIG).is_file() or (path / MANIFEST).is_file()
    ]
    for path in found:
        try:
            manifest = read_manifest(path)
        except ModelError as error:
            click.echo(f"{path}: {error}")
            continue
        if manifest is None:
            click.echo(f"{path}: no {MANIFEST}")
            continue
        tasks = ", ".join(task.name for task in manifest.tasks)
        right = "".join(_right(manifest, task.name) for task in manifest.tasks)
        click.echo(f"{path}: {tasks} on {manifest.base.name}{right}, parity {_parity(manifest)}")
    if not found:
        click.echo(f"No adapter in {folder}. Make one with `fewsight finetune`.", err=True)


@adapters.command()
@_ADAPTER
@click.option("--json", "as_json", is_flag=True, help="Print the whole manifest.")
def show(adapter: Path, as_json: bool) -> None:
    """What an adapter was trained under, and how good it is."""
    manifest = _manifest(adapter)
    click.echo(manifest.model_dump_json(indent=2) if as_json else "\n".join(lines(manifest)))


@adapters.command()
@_ADAPTER
@click.option(
    "--task", "tasks", multiple=True, help="Name or folder of a task.  [default: all that the manifest names]"
)
@click.option("--model", help="Base model.  [default: as the manifest names it]")
@click.option("--rows", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Labelled rows to ask.")
@click.option("--limit", type=click.IntRange(min=1), default=400, show_default=True, help="Most rows to ask.")
@click.option("--parity", type=click.Choice(["all", "transformers"]), default="all", show_default=True)
@click.option(
    "--dtype",
    type=click.Choice(["float32", "bfloat16"]),
    default="float32",
    show_default=True,
    help="Number type to compare in; in bfloat16 rounding shows beside faults.",
)
def check(
    adapter: Path,
    tasks: tuple[str, ...],
    model: str | None,
    rows: Path | None,
    limit: int,
    parity: str,
    dtype: Dtype,
) -> None:
    """Check weights, task, template and base model against the manifest, then run the parity gate again.

    The rows are those of --rows, else the tasks' own shots. The result is written to the manifest where all its tasks
    were asked; exit code 1 where the gate fails.
    """
    from fewsight.finetune.gate.check import check_adapter_parity

    manifest = check_adapter_parity(
        adapter,
        _manifest(adapter),
        tasks=tasks,
        model=model,
        rows=rows,
        limit=limit,
        only_transformers=parity == "transformers",
        dtype=dtype,
        say=lambda text: click.echo(text, err=True),
    )
    for line in _parity_lines(manifest):
        click.echo(line)
    if manifest.parity is None or not manifest.parity.passed:
        raise SystemExit(1)


@adapters.command()
@_ADAPTER
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the merged model.")
@click.option("--model", help="Base model.  [default: as the manifest names it]")
@click.option("--dtype", type=click.Choice(["bfloat16", "float32"]), default="bfloat16", show_default=True)
def merge(adapter: Path, out: Path, model: str | None, dtype: str) -> None:
    """Write the base model with the adapter merged into it: a plain model folder for any server."""
    from fewsight.serving.models.adapters import merged_model
    from fewsight.serving.models.dtype import pick_dtype
    from fewsight.serving.models.names import DEFAULT_MODEL, resolve_model

    if out.exists():
        raise ConfigError(f"{str(out)!r} exists already; name a new folder.")
    manifest = read_manifest(adapter)
    _refuse_model(adapter, manifest)
    try:
        base = resolve_model(model or (manifest.base.name if manifest else DEFAULT_MODEL))
    except ModelError as error:
        if model or manifest is None:
            raise
        raise ModelError(
            f"Adapter {str(adapter)!r} was trained on {manifest.base.name} ({manifest.base.digest[:12]}), which is not "
            f"found under that name; name its folder with --model. {error}"
        ) from error
    if manifest and base.digest != manifest.base.digest:
        raise ModelError(
            f"Adapter {str(adapter)!r} was trained on {manifest.base.name} ({manifest.base.digest[:12]}), and "
            f"{base.name!r} is another model ({base.digest[:12]}); name the right one with --model."
        )
    merged = merged_model(base, adapter, pick_dtype(dtype))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as place:
        shutil.copytree(merged.path, Path(place) / "model").rename(out)
    click.echo(f"{out} holds {base.name} with {adapter.name} in {dtype}.")


@adapters.command()
@_ADAPTER
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A .zip file.")
def export(adapter: Path, output: Path) -> None:
    """Pack what another machine needs: weights, configuration, manifest and card; equal adapters give equal files."""
    _refuse_model(adapter, read_manifest(adapter))
    check_adapter(adapter)
    names = [n for n in (CONFIG, WEIGHTS, MANIFEST, "card.html", "config.toml") if (adapter / n).is_file()]
    partial = output.with_name(f".{output.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(zipfile.ZipInfo(f"{adapter.name}/{name}", _MOMENT), (adapter / name).read_bytes())
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    click.echo(f"{output} holds {', '.join(names)}.")


def _refuse_model(folder: Path, manifest: AdapterManifest | None) -> None:
    if manifest is not None and manifest.is_model:
        raise ConfigError(f"{str(folder)!r} is a whole model, which any server loads as it is; copy its folder.")


def lines(manifest: AdapterManifest) -> Iterator[str]:
    """A manifest in a few lines."""
    for task in manifest.tasks:
        yield f"{manifest.name}: {task.name} ({task.version}, {task.style}, {task.language}) on {manifest.base.name}"
    for name, data in manifest.data.items():
        yield f"  {name}: trained on {data.trained_on}; held back: {data.split}"
    for about, metrics in manifest.metrics.items():
        for name, metric in metrics.items():
            share = f"{metric.value:.1%} right [{metric.low:.1%}, {metric.high:.1%}] of {metric.rows:,} rows"
            yield f"  {about}: {name}: {share}"
    yield from (f"  data: {line}" for line in manifest.attribution)
    cost = manifest.training
    if cost:
        yield (
            f"  {cost['steps']} steps, {cost['tokens']:,} tokens in {cost['seconds']} s "
            f"({cost['tokens_per_second']} tokens/s), peak memory {cost['peak_memory_mib']} MiB"
        )
        if "search" in cost:
            yield f"  search: {cost['search']}"
    yield from _parity_lines(manifest)


def _right(manifest: AdapterManifest, task: str) -> str:
    metric = manifest.metrics.get(task, {}).get("trained model" if manifest.is_model else "adapter")
    return f", {task} {metric.value:.1%} right of {metric.rows} held back" if metric else ""


def _parity_lines(manifest: AdapterManifest) -> Iterator[str]:
    parity = manifest.parity
    yield f"  parity: {_parity(manifest)}" + (f" on {parity.rows} rows" if parity else "")
    if parity and not parity.prompts_equal:
        yield "    prompts differ from those of the training"
    for part in parity.parts if parity else ():
        tied = f" ({part.tied:.2%} others, nearly tied)" if part.tied else ""
        yield f"    {part.way}: mean difference {part.difference:.1e}, {part.equal:.2%} equal labels{tied}"


def _parity(manifest: AdapterManifest) -> str:
    if manifest.parity is None:
        return "not checked"
    return "passed" if manifest.parity.passed else "FAILED"


def _manifest(adapter: Path) -> AdapterManifest:
    manifest = read_manifest(adapter)
    if manifest is None:
        raise ModelError(f"{str(adapter)!r} has no {MANIFEST}; only adapters of `fewsight finetune` have one.")
    return manifest
