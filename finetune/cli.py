"""`fewsight finetune`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fewsight.console import echo
from fewsight.errors import ConfigError
from fewsight.finetune.config_options import config_options, given_options
from fewsight.finetune.gate.options import PARITY, ways
from fewsight.notices import shown_progress

if TYPE_CHECKING:
    from fewsight.finetune.pipeline import Finetuned
    from fewsight.finetune.rows.dataset import Lesson
    from fewsight.prompts.task import Task

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
@click.option(
    "--train",
    "trains",
    required=True,
    multiple=True,
    metavar="[TASK=]FILE",
    help="Labelled rows: .csv, .xlsx, .parquet or .jsonl; also a pool of shots. One for each task.",
)
@click.option(
    "--valid",
    "valids",
    multiple=True,
    metavar="[TASK=]FILE",
    help="Rows to validate on.  [default: a share of --train, see --valid-share]",
)
@click.option(
    "--paraphrases",
    multiple=True,
    metavar="[TASK=]FILE",
    help="Copies of training rows in other words, from `fewsight paraphrase`.",
)
@click.option("--replay", "replays", multiple=True, metavar="[TASK=]FILE", help="Older labelled rows to mix in.")
@click.option(
    "--replay-share",
    type=float,
    default=0.2,
    show_default=True,
    metavar="SHARE",
    help="Of the training rows that are such older ones.",
)
@click.option("--model", default="smollm2-135m", show_default=True, help="Base model: name, hub id, or folder.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write; must not exist.")
@click.option("--config", "file", type=_FILE, help="TOML with any of the options below (underscores for dashes).")
@click.option("--fresh", is_flag=True, help="Throw away what a killed training has left, instead of going on.")
@PARITY
@click.option("--attribution", multiple=True, help="Whose data this is, and its licence; goes into the manifest.")
@config_options
def finetune(
    tasks: tuple[str, ...],
    trains: tuple[str, ...],
    valids: tuple[str, ...],
    paraphrases: tuple[str, ...],
    replays: tuple[str, ...],
    replay_share: float,
    model: str,
    out: Path,
    file: Path | None,
    fresh: bool,
    parity: str,
    attribution: tuple[str, ...],
    **given: Any,  # noqa: ANN401 - the configuration's options
) -> None:
    """Train a LoRA adapter from labelled rows, measure it, and check that it serves as it was trained.

    TASK is a task's name (see `fewsight tasks list`) or folder; of several, each has its own --train TASK=FILE, and one
    adapter learns them all. The same command again goes on where a killed one stopped. Use the adapter with `fewsight
    run TASK --adapter OUT`. With --method full a whole model is trained, for `fewsight run TASK --model OUT`.
    """
    from fewsight.finetune.config_file import make_config

    config = make_config(file, given_options(given))
    from fewsight.finetune.pipeline import finetune as train_adapter
    from fewsight.prompts.loading.finding import load_task

    lessons = _lessons([load_task(task) for task in tasks], trains, valids, paraphrases, replays, replay_share)
    with shown_progress() as progress:
        done = train_adapter(
            lessons,
            out,
            model=model,
            config=config,
            ways=ways(parity),
            attribution=attribution,
            fresh=fresh,
            progress=progress,
        )
    _report(done)


def _lessons(
    tasks: Sequence["Task"],
    trains: tuple[str, ...],
    valids: tuple[str, ...],
    paraphrases: tuple[str, ...],
    replays: tuple[str, ...],
    replay_share: float,
) -> list["Lesson"]:
    from fewsight.finetune.rows.dataset import Lesson
    from fewsight.finetune.rows.replay import Replay

    names = [task.name for task in tasks]
    rows, held_back = _files("--train", trains, names), _files("--valid", valids, names)
    words = _files("--paraphrases", paraphrases, names)
    older = {name: Replay(file, replay_share) for name, file in _files("--replay", replays, names).items()}
    if missing := [name for name in names if name not in rows]:
        raise ConfigError(f"No rows for {', '.join(missing)}; add --train {missing[0]}=FILE.")
    return [
        Lesson(task, rows[task.name], held_back.get(task.name), words.get(task.name), older.get(task.name))
        for task in tasks
    ]


def _files(option: str, given: tuple[str, ...], names: list[str]) -> dict[str, Path]:
    """Task -> file, of arguments like `FILE` (where there is one task) or `TASK=FILE`."""
    files: dict[str, Path] = {}
    for one in given:
        name, equals, path = one.partition("=")
        if name not in names or not equals:
            if len(names) > 1:
                raise ConfigError(
                    f"{option} {one!r} names no task of {', '.join(names)}; write {option} {names[0]}=FILE."
                )
            name, path = names[0], one
        if name in files:
            raise ConfigError(f"{option} names a file for {name!r} twice; put all its rows into one.")
        if not Path(path).is_file():
            raise ConfigError(f"{option} {one!r}: there is no file {path!r}.")
        files[name] = Path(path)
    return files


def _report(done: "Finetuned") -> None:
    from fewsight.finetune.gate.improvement import improvements_of
    from fewsight.finetune.gate.summary import summary_lines

    for line in summary_lines(done.manifest):
        echo(line)
    for task, reports in done.fields.items():
        for report in reports:
            for (expected, chosen), count in report.worst[:3]:
                echo(f"  {task} · {report.path}: {count} x {expected} answered as {chosen}")
    kind = "model" if done.manifest.is_model else "adapter"
    echo(f"The {kind} is {done.folder}; open {done.folder / 'card.html'}.")
    tasks = " ".join(task.name for task in done.manifest.tasks)
    command = f"fewsight run {tasks} --{kind} {done.folder} --histories FILE --out RUN"
    parity = done.manifest.parity
    if parity is not None and not parity.passed:
        echo(f"The parity gate FAILED: `fewsight run` refuses this {kind} without --force.", fg="red", bold=True)
        raise SystemExit(1)
    unproven = [task for task, one in improvements_of(done.manifest).items() if not one.is_shown]
    if unproven:
        echo(
            f"For {', '.join(unproven)} this {kind} is not shown to be better than its base model. Train longer "
            "(--preset best), give more rows, or hold more back to see smaller differences (--valid FILE, or "
            "--valid-share 0.3); "
            f"`fewsight eval` compares it with prompts and classic models. To use it as it is: {command}",
            fg="yellow",
        )
    else:
        echo(f"Next: {command}", fg="green")
