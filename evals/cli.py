"""`fewsight eval`: evaluate arms, compare two evaluations, and guard against a worse one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fewsight.console import echo
from fewsight.errors import ConfigError
from fewsight.notices import shown_progress

if TYPE_CHECKING:
    from fewsight.evals.model import Report
    from fewsight.evals.suite.comparing import Judged
    from fewsight.evals.suite.config import Suite

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(path_type=Path)


class _RunByDefault(click.Group):
    """A group whose first word may also be a suite or a task: `fewsight eval SUITE.toml` is `fewsight eval run ...`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named, or `run`."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["run", *args]
        return super().resolve_command(ctx, args)


@click.group(name="eval", cls=_RunByDefault)
def evaluation() -> None:
    """Say with statistics whether prompting is enough or fine-tuning pays.

    `fewsight eval SUITE.toml --out DIR` runs a suite; `fewsight eval TASK --test FILE --out DIR` the common case.
    """


@evaluation.command()
@click.argument("what", metavar="SUITE.toml|TASK")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of the evaluation; resumed if it exists."
)
@click.option("--test", type=_FILE, help="Labelled rows to score on: .csv, .xlsx, .parquet or .jsonl.")
@click.option("--train", type=_FILE, help="Labelled rows to show and to learn from.")
@click.option("--calibration", type=_FILE, help="Labelled rows to fit calibrations and thresholds on.")
@click.option(
    "--arms",
    help="E.g. zero-shot,knn-4,balanced-8,adapter:DIR,adapter:DIR+knn-4,finetune,finetune@500,built-in,majority,"
    "tfidf-lr,tfidf-svm,embeddings-lr,facts-lr,facts-gbm,btyd,fused:facts-lr+built-in.  "
    "[default: majority,tfidf-lr,zero-shot,knn-4]",
)
@click.option("--baselines/--no-baselines", default=None, help="Whether all classic arms stand beside.  [default: yes]")
@click.option(
    "--metric", help="What arms are compared by, e.g. macro_f1, mcc, auc (of a yes or no).  [default: accuracy]"
)
@click.option(
    "--within", type=float, metavar="POINTS", help="How much worse the cheapest good arm may be.  [default: 1]"
)
@click.option("--model", help="Name, hub id, or folder.  [default: smollm2-135m]")
@click.option("--engine", help="auto, vllm, transformers, openai or scripted.  [default: auto]")
@click.option("--seeds", help="E.g. 0,1,2: arms that draw rows or train are repeated.  [default: 0]")
@click.option("--slices", help="Profile columns, e.g. segment,country.")
@click.option("--robustness", help="Changes that should not matter, e.g. typos,added-events,swap-names,injection.")
@click.option("--limit", type=int, metavar="N", help="Only N test rows, drawn at random.")
@click.option("--price-per-million", type=float, metavar="MONEY", help="Price of a million tokens.")
@click.option("--price-per-label", type=float, metavar="MONEY", help="Price of labelling a row.")
@click.option("--price-per-hour", type=float, metavar="MONEY", help="Price of an hour of the machine.")
@click.option(
    "--save",
    metavar="ARM",
    help="Make an arm (or 'best', or 'cheapest' within the margin) a folder for `fewsight run --answerer`.",
)
@click.option("--answerer-out", type=click.Path(path_type=Path), metavar="DIR", help="Where.  [default: OUT/answerer]")
def run(what: str, out: Path, save: str | None, answerer_out: Path | None, **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Answer by all arms, score them, and write report.html, report.md, report.json and results.parquet.

    Everything is kept in --out: the same command again computes nothing twice, and goes on where it was stopped.
    """
    suite = _suite(what, {name: value for name, value in given.items() if value is not None})
    if answerer_out is not None and save is None:
        raise ConfigError("--answerer-out has no effect without --save; name an arm, or 'best'.")
    from fewsight.evals.suite.run import evaluate
    from fewsight.evals.suite.saving import Save

    with shown_progress() as progress:
        report = evaluate(suite, out, progress, Save(save, answerer_out or out / "answerer") if save else None)
    _say(report, out)


@evaluation.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option("--metric", default="accuracy", show_default=True)
def compare(first: Path, second: Path, metric: str) -> None:
    """Compare two finished evaluations, arm by arm, on the rows that both have."""
    from fewsight.evals.suite.comparing import compare_folders

    for line in compare_folders(first, second, metric):
        echo(line)


@evaluation.command()
@click.argument("task", required=False)
@click.option("--baseline", type=_FOLDER, help="A finished evaluation.")
@click.option("--candidate", type=_FOLDER, help="The one that must not be worse.")
@click.option("--old", type=_FOLDER, help="Adapter or answerer of TASK that is in use.")
@click.option("--new", type=_FOLDER, help="The one that is to replace it.")
@click.option("--test", type=_FILE, help="With --old and --new: labelled rows that neither has learned from.")
@click.option("--out", type=_FOLDER, help="With --old and --new: folder of both evaluations.")
@click.option("--margin", required=True, type=float, metavar="POINTS", help="Points that it may be worse, e.g. 0.5.")
@click.option("--arm", "arms", multiple=True, help="Only this arm of evaluations; may be repeated.")
@click.option("--metric", default="accuracy", show_default=True)
@click.option("--model", help="With --old and --new: name, hub id, or folder of the base model.")
@click.option("--engine", help="With --old and --new: auto, vllm, transformers, openai or scripted.")
@click.option(
    "--undecided",
    type=click.Choice(["pass", "refuse"]),
    help="What follows where rows show neither.  [default: refuse, and pass with --old and --new]",
)
def gate(margin: float, metric: str, undecided: str | None, **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Exit with 1 where a candidate is worse than the margin allows.

    Of two evaluations (--baseline, --candidate) the candidate must be shown not to be worse. Before a re-trained
    adapter or answerer of TASK replaces one, --old and --new answer the rows of --test, and the new one must not be
    shown to be worse on any field; what these rows can't show is said. Paired, by customer, one-sided at 2.5 %.
    """
    judged, replaces = _judged(given, margin, metric)
    for line in judged.lines:
        echo(line)
    passed = not judged.worse if (undecided or ("pass" if replaces else "refuse")) == "pass" else judged.shown
    if passed and not judged.shown:
        echo("Nothing is shown to be worse, and not everything is shown not to be.", fg="yellow")
    echo("The gate is passed." if passed else "The gate is NOT passed.")
    if not passed:
        raise SystemExit(1)


def _judged(given: dict[str, Any], margin: float, metric: str) -> "tuple[Judged, bool]":
    """What is judged, and whether it is a replacement."""
    evaluations, sides = ("baseline", "candidate"), ("task", "old", "new", "test", "out")
    named = {name for name, value in given.items() if value}
    if named >= {*evaluations} and not named & {*sides, "model", "engine"}:
        from fewsight.evals.suite.comparing import judge_folders

        return judge_folders(given["baseline"], given["candidate"], margin / 100, metric, given["arms"]), False
    if not (named >= {*sides} and not named & {*evaluations, "arms"}):
        raise ConfigError(
            "A gate takes two evaluations, --baseline DIR --candidate DIR, or TASK --old DIR --new DIR --test FILE "
            "--out DIR."
        )
    from fewsight.evals.suite.replacing import judge_replacement

    options = {name: given[name] for name in ("model", "engine") if given[name]}
    with shown_progress() as progress:
        paths = (given["old"], given["new"], given["test"], given["out"])
        judged = judge_replacement(
            given["task"], *paths, margin=margin / 100, metric=metric, progress=progress, **options
        )
    return judged, True


@evaluation.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--to", required=True, type=click.Path(path_type=Path), help="Folder of the logs, for `inspect view`.")
def export(folder: Path, to: Path) -> None:
    """Write a finished evaluation as logs of inspect_ai, one for each arm and field, without texts.

    It takes the extra `inspect`; open the logs with `inspect view --log-dir FOLDER`.
    """
    from fewsight.evals.report.inspect_logs import export as write_logs

    paths = write_logs(folder, to)
    echo(f"{len(paths):,} logs are in {to}; inspect view --log-dir {to}")


def _suite(what: str, given: dict[str, Any]) -> "Suite":
    from fewsight.evals.suite.config import make_suite, read_suite

    if what.endswith(".toml"):
        if given:
            named = ", ".join(f"--{name.replace('_', '-')}" for name in given)
            raise ConfigError(f"{named} can't be given beside a suite; write it into {what!r}.")
        return read_suite(Path(what))
    if "test" not in given:
        raise ConfigError(f"Evaluating {what!r} takes --test FILE; or name a suite, a .toml file.")
    task: dict[str, Any] = {name: given.pop(name) for name in ("test", "train", "calibration") if name in given}
    if "slices" in given:
        task["slices"] = _words(given.pop("slices"))
    prices = {name.removeprefix("price_"): given.pop(name) for name in list(given) if name.startswith("price_")}
    if "per_million" in prices:
        prices["per_million_tokens"] = prices.pop("per_million")
    data: dict[str, Any] = {"title": what.rstrip("/").rpartition("/")[2], "tasks": [{"task": what, **task}]}
    for name in ("arms", "robustness"):
        if name in given:
            data[name] = _words(given.pop(name))
    if "seeds" in given:
        data["seeds"] = _numbers(given.pop("seeds"))
    return make_suite({**data, **given, "prices": prices})


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str) -> list[int]:
    try:
        return [int(word) for word in _words(text)]
    except ValueError:
        raise ConfigError(f"--seeds {text!r} are no numbers; write e.g. 0,1,2.") from None


def _say(report: "Report", out: Path) -> None:
    for line in report.sentences:
        echo(line, bold=True)
    for caution in report.cautions:
        echo(f"Note: {caution}", fg="yellow")
    echo(f"The report is {out / 'report.html'}.")
