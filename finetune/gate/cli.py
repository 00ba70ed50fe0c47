"""`fewsight adapters list|show|check|merge|export`."""

from pathlib import Path

import click

from fewsight.adapter_manifest import MANIFEST, AdapterManifest, read_manifest
from fewsight.console import echo
from fewsight.errors import ModelError
from fewsight.finetune.gate.options import ADAPTER, BASE_MODEL, PARITY, number_type, ways
from fewsight.finetune.gate.summary import list_line, parity_lines, summary_lines
from fewsight.serving.models.adapters import CONFIG
from fewsight.serving.models.dtype import Dtype


@click.group()
def adapters() -> None:
    """List, show, check, merge or export what `fewsight finetune` made: LoRA adapters, and whole models."""


@adapters.command("list")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
def list_adapters(folder: Path) -> None:
    """Adapters in FOLDER and in the folders right below it."""
    paths = [
        path for path in (folder, *sorted(folder.iterdir())) if (path / CONFIG).is_file() or (path / MANIFEST).is_file()
    ]
    for path in paths:
        try:
            manifest = read_manifest(path)
        except ModelError as error:
            echo(f"{path}: {error}")
        else:
            echo(f"{path}: {list_line(manifest) if manifest else f'no {MANIFEST}'}")
    if not paths:
        echo(f"No adapter in {folder}. Make one with `fewsight finetune`.", err=True)


@adapters.command()
@ADAPTER
@click.option("--json", "as_json", is_flag=True, help="Print the whole manifest.")
def show(adapter: Path, as_json: bool) -> None:
    """What an adapter was trained under, and how good it is."""
    manifest = _manifest(adapter)
    echo(manifest.model_dump_json(indent=2) if as_json else "\n".join(summary_lines(manifest)))


@adapters.command()
@ADAPTER
@click.option(
    "--task", "tasks", multiple=True, help="Name or folder of a task.  [default: all that the manifest names]"
)
@BASE_MODEL
@click.option("--rows", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Labelled rows to ask.")
@click.option("--limit", type=click.IntRange(min=1), default=400, show_default=True, help="Most rows to ask.")
@PARITY
@number_type("float32", "Number type to compare in; in bfloat16 rounding shows beside faults.")
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
    from fewsight.finetune.gate.check import RowsToAsk, check_adapter_parity

    manifest = check_adapter_parity(
        adapter, _manifest(adapter), RowsToAsk(tasks, rows, limit), model=model, ways=ways(parity), dtype=dtype
    )
    for line in parity_lines(manifest):
        echo(line)
    if manifest.parity is None or not manifest.parity.passed:
        raise SystemExit(1)


@adapters.command()
@ADAPTER
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the merged model.")
@BASE_MODEL
@number_type("bfloat16", "Number type of the merged model.")
def merge(adapter: Path, out: Path, model: str | None, dtype: str) -> None:
    """Write the base model with the adapter merged into it: a plain model folder for any server."""
    from fewsight.finetune.gate.copying import merge_adapter

    base = merge_adapter(adapter, out, model, dtype)
    echo(f"{out} holds {base.name} with {adapter.name} in {dtype}.")


@adapters.command()
@ADAPTER
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A .zip file.")
def export(adapter: Path, output: Path) -> None:
    """Pack what another machine needs: weights, configuration, manifest and card; equal adapters give equal files."""
    from fewsight.finetune.gate.copying import pack_adapter

    echo(f"{output} holds {', '.join(pack_adapter(adapter, output))}.")


def _manifest(adapter: Path) -> AdapterManifest:
    manifest = read_manifest(adapter)
    if manifest is None:
        raise ModelError(f"{str(adapter)!r} has no {MANIFEST}; only adapters of `fewsight finetune` have one.")
    return manifest
