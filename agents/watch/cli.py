"""`fewsight watch`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click

from fewsight.console import echo
from fewsight.notices import shown_progress
from fewsight.serving.run.command.cli import open_table, read_moment
from fewsight.serving.run.command.grouped import GroupedCommand, titled, with_options
from fewsight.serving.run.command.options import ENGINE, TABLE

if TYPE_CHECKING:
    from fewsight.serving.run.options import FlatOptions

_FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_alerts, _past, _sending = titled("Alerts"), titled("Past"), titled("Sending")

_ALERTS = [
    _alerts("--budget", type=int, default=20, show_default=True, metavar="N", help="Alerts in any 7 days; 0: none."),
    _alerts(
        "--false-alarms",
        type=float,
        default=0.05,
        show_default=True,
        metavar="SHARE",
        help="Of customers without the outcome, who may be alerted; 1 sets no threshold.",
    ),
    _alerts(
        "--confidence", type=float, default=0.95, show_default=True, metavar="SHARE", help="How sure that rate is."
    ),
    _alerts(
        "--rank",
        type=click.Choice(["risk", "value"]),
        default="risk",
        show_default=True,
        help="First the highest risk, or the most risk times value.",
    ),
    _alerts(
        "--again-after",
        type=int,
        metavar="DAYS",
        help="Alert nobody again sooner.  [default: when the outcome is known]",
    ),
]
_PAST = [
    _past("--past", type=int, default=12, show_default=True, metavar="N", help="Past moments that set the threshold."),
    _past(
        "--learned",
        multiple=True,
        type=_FILE,
        help="Rows that the answerer was fitted on; may be repeated.  [default: those beside TASK]",
    ),
    _past("--accept-mapping", is_flag=True, help="The tables' columns have changed, and that is right."),
]
_SENDING = [
    _sending("--webhook", metavar="URL", help="Also post each alert, signed with FEWSIGHT_WEBHOOK_SECRET."),
]
_EXAMPLE: Final = """\b
Example:
  fewsight watch future/lapse --histories orders.csv --answerer future/eval/answerer --state watch
"""


@click.command(cls=GroupedCommand, epilog=_EXAMPLE)
@click.argument("task", type=_FOLDER)
@with_options(TABLE)
@click.option("--answerer", required=True, type=_FOLDER, help="What `fewsight eval --save` wrote for this task.")
@click.option(
    "--state", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the watch."
)
@click.option("--as-of", metavar="TIME", help="Look as of then.  [default: newest event of the input]")
@with_options(_ALERTS, _PAST, ENGINE, _SENDING)
def watch(task: Path, answerer: Path, folder: Path, as_of: str | None, webhook: str | None, **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Look at new data, and write alerts about customers whose outcome is likely.

    TASK is a folder of `fewsight predict init`. The same command is given again whenever the tables have grown, by cron
    say; twice on the same data it alerts nobody twice. --state gets alerts.jsonl, alerts.csv and watch.html, and
    remembers. Exit code 1: alerts wait that the webhook did not take, or no threshold can be promised.
    """
    from fewsight.agents.watch.api import watch as look_at
    from fewsight.agents.watch.delivery import Webhook, secret_of_environment
    from fewsight.agents.watch.options import WatchOptions
    from fewsight.agents.watch.sending import publish
    from fewsight.agents.watch.state import State
    from fewsight.agents.watch.telling import lines
    from fewsight.tables import check_usable

    names = ("budget", "false_alarms", "confidence", "rank", "again_after", "past", "accept_mapping")
    options = WatchOptions(**{name: given[name] for name in names}, learned=given["learned"] or None)
    engine: FlatOptions = {"engine": given["engine"], "base_url": given["base_url"], "dtype": given["dtype"]}
    hook = Webhook(webhook, secret_of_environment()) if webhook else None
    with State.open(folder) as state, TemporaryDirectory(prefix="fewsight-") as work:
        with open_table(given, Path(work) / "quarantine.jsonl") as table, shown_progress() as progress:
            moment = read_moment(as_of)
            check_usable(table, None, moment)
            look = look_at(task, table, answerer, state, options, as_of=moment, progress=progress, engine=engine)
        if look:
            for line in lines(look, [one for one in state.alerts() if one.moment == look.moment]):
                echo(line)
        done = publish(state, hook)
    echo(f"Alerts are in {folder}: alerts.jsonl, alerts.csv; open {folder / 'watch.html'}.")
    if hook:
        echo(f"{done.taken:,} alerts were sent, {done.waiting:,} wait{f': {done.error}' if done.error else ''}.")
    if done.error or (look is not None and look.threshold.value is None):
        raise SystemExit(1)
