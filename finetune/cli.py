"""`fewsight finetune`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fewsight.finetune.config_options import config_options, given_options

if TYPE_CHECKING:
    from fewsight.finetune.pipeline import Finetuned

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("task")
@click.option(
    "--train", required=True, type=_FILE, help="Labelled rows: .csv, .parquet or .jsonl; also a pool of shots."
)
@click.option("--valid", type=_FILE, help="Rows to validate on.  [default: a share of --train, see --valid-share]")
@click.option("--model", default="smollm2-135m", show_default=True, help="Base model: name, hub id, or folder.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the adapter; must not exist.")
@click.option(
    "--preset", type=click.Choice(["quick", "best"]), help="quick: one epoch. best: several, with early stop."
)
@click.option("--config", "file", type=_FILE, help="TOML with any of the options below (underscores for dashes).")
@click.option("--fresh", is_flag=True, help="Throw away what a killed training has left, instead of going on.")
@click.option(
    "--parity",
    type=click.Choice(["all", "transformers"]),
    default="all",
    show_default=True,
    help="Engines that must answer as PEFT does: all that are installed, or transformers alone.",
)
@config_options
def finetune(
    task: str,
    train: Path,
    valid: Path | None,
    model: str,
    out: Path,
    preset: Any,  # noqa: ANN401 - click checked it
    file: Path | None,
    fresh: bool,
    parity: str,
    **given: Any,  # noqa: ANN401 - the configuration's options
) -> None:
    """Train a LoRA adapter for a task from labelled rows, measure it, and check that it serves as it was trained.

    TASK is a task's name (see `fewsight tasks list`) or folder. The same command again goes on where a killed one
    stopped. Use the adapter with `fewsight run TASK --adapter OUT`.
    """
    from fewsight.finetune.config import make_config

    config = make_config(preset, file, given_options(given))
    from fewsight.finetune.pipeline import finetune as train_adapter
    from fewsight.finetune.progress import TrainingBar
    from fewsight.prompts.loading import load_task

    with TrainingBar() as bar:
        done = train_adapter(
            load_task(task),
            train,
            out,
            valid=valid,
            model=model,
            config=config,
            ways=None if parity == "all" else ("transformers",),
            fresh=fresh,
            progress=bar,
            say=lambda text: click.echo(text, err=True),
        )
    _say(done)


def _say(done: "Finetuned") -> None:
    from fewsight.finetune.adapters_cli import lines

    for line in lines(done.manifest):
        click.echo(line)
    for report in done.fields:
        for (expected, chosen), count in report.worst[:3]:
            click.echo(f"  {report.path}: {count} x {expected} answered as {chosen}")
    click.echo(f"The adapter is {done.folder}; open {done.folder / 'card.html'}.")
    task = done.manifest.tasks[0].name
    parity = done.manifest.parity
    if parity is not None and not parity.passed:
        click.secho("The parity gate FAILED: `fewsight run` refuses this adapter without --force.", fg="red", bold=True)
        raise SystemExit(1)
    click.secho(f"Next: fewsight run {task} --adapter {done.folder} --histories FILE --out RUN", fg="green")
