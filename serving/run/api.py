"""`fewsight.run`: the command `fewsight run` as a function, with pandas in and out."""

import json
import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, Unpack

from fewsight.events import CustomerHistory
from fewsight.files import write_text
from fewsight.ledger import Ledger
from fewsight.masking import PSEUDONYMS, CustomerKeys, PseudonymFile
from fewsight.notices import Progress, library_progress
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import Task
from fewsight.serving.run.advice import label_advice
from fewsight.serving.run.calibrated import make_calibrator, write_review
from fewsight.serving.run.options import OPTION_NAMES, FlatOptions, make_options, refuse_unknown
from fewsight.serving.run.outcome import Run
from fewsight.serving.run.plan import RUN_NAME
from fewsight.serving.run.runner import InsightCount, Record, Runner
from fewsight.serving.run.session import Session, open_session
from fewsight.serving.run.summary import RunSummary, whole_run
from fewsight.serving.run.updates.run_file import freeze, is_updated, require_run, settle_moment
from fewsight.tables import Histories, HistorySource, WorkFolder, check_usable, open_histories

if TYPE_CHECKING:
    from fewsight.tables import TableLike

logger = logging.getLogger(__name__)


_INPUT: Final = (
    *("out", "query", "mapping", "profiles", "identities", "lookups", "tz", "memory_limit", "unpack_limit", "progress"),
    "update",
)
"""What `run` takes besides options."""


def run(
    tasks: str | Task | Sequence[str | Task],
    histories: "TableLike | Sequence[TableLike] | Histories",
    out: str | Path | None = None,
    *,
    query: str | Sequence[str] | None = None,
    mapping: str | Path | Sequence[str | Path] | None = None,
    profiles: "TableLike | None" = None,
    identities: "TableLike | None" = None,
    lookups: "Sequence[TableLike | tuple[str, TableLike]]" = (),
    tz: str | None = None,
    memory_limit: str = "1GB",
    unpack_limit: str | None = None,
    progress: Progress | bool | None = None,
    update: bool = False,
    **options: Unpack[FlatOptions],
) -> Run:
    """Answer tasks for every customer of a table.

    Args:
        tasks: names of tasks, folders of tasks, or Task objects.
        histories: a file, a SQL URL, a DataFrame, a list of such tables, or opened histories.
        out: the run's folder; a temporary one that lives as long as the result where None.
        query: SQL, where `histories` is a SQL URL; a list where there are several.
        mapping: a TOML file that says which columns are what, or a list of one for each table; guessed where None.
        profiles: a table of customers beside the events.
        identities: a table of ids that are one customer.
        lookups: tables without customers, such as products, joined to events by a column of ids.
        tz: time zone of times without one, e.g. 'Europe/Berlin'.
        memory_limit: how much memory sorting the table may take, e.g. '2GB'.
        unpack_limit: most that a packed file may hold; 100 times its size (1 GB at least) where None.
        progress: told as results arrive; True shows them on stderr, False nowhere, and None as a bar where this is a
            notebook or a terminal.
        update: bring the run in `out` up to date with a table that has grown: those who have changed are asked again.
        **options: what shapes prompts, which engine runs, and the run, e.g. shots=8, selector="knn"; all of them are
            in `fewsight.serving.run.options.FlatOptions`.

    Raises:
        FewsightError: anything named is wrong, before the model is loaded where that can be known.

    Example:
        >>> frame = run("sentiment", "reviews.csv").to_pandas()  # doctest: +SKIP
    """
    named = [tasks] if isinstance(tasks, str | Task) else list(tasks)
    objects = tuple(_load(task) for task in named)
    refuse_unknown(options, (*OPTION_NAMES, *_INPUT))
    wanted = make_options([task.name for task in objects], **options)
    if update:
        require_run(Path(out or ""))
    keep = WorkFolder(None) if out is None else None
    folder = keep.path if keep else Path(out or "")
    with ExitStack() as stack:
        if not isinstance(histories, Histories):
            refuse_second_writer(folder)
            quarantine = folder / "quarantine.jsonl"
            opened = open_histories(
                histories,
                query=query,
                mapping=mapping,
                profiles=profiles,
                identities=identities,
                lookups=lookups,
                tz=tz,
                quarantine=quarantine,
                memory_limit=memory_limit,
                unpack_limit=unpack_limit,
                work=folder,
            )
            histories = stack.enter_context(opened)
            # A guess may show the model what it should not see, so it is said even where nobody set up logging.
            logger.log(logging.WARNING if opened.guessed else logging.INFO, "%s", opened.describe())
            for words in label_advice(objects, opened.shown()):
                logger.warning("%s", words)
            check_usable(histories, quarantine, wanted.as_of)
        wanted = settle_moment(wanted, histories, folder, update=update)
        session = open_session(wanted, histories, objects)
        told = stack.enter_context(library_progress(progress))
        summaries = execute(session, histories, folder, told, update=update)
    return Run(folder, tuple(summaries), keep)


def execute(
    session: Session,
    histories: HistorySource,
    folder: Path,
    progress: Progress,
    *,
    update: bool = False,
    stop: threading.Event | None = None,
) -> list[RunSummary]:
    """Run all groups of a session into a folder; resumes what the folder already holds, or updates it.

    Whoever sets `stop` ends it after the batch in hand.

    Raises:
        ConfigError: the folder holds a run with other options or other input.
        LedgerError: another process is writing there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    options = session.options
    calibrator = make_calibrator(session)
    with Ledger.open(folder / "ledger.sqlite") as ledger:
        begun = (folder / "run.json").exists()
        pseudonyms = PseudonymFile(folder / PSEUDONYMS) if options.prompt.mask else None
        keys = CustomerKeys.of_file(pseudonyms, new=not begun) if pseudonyms else CustomerKeys()
        order = freeze(session, histories, folder, update=update)
        record = Record(ledger, pseudonyms, keys, update or is_updated(folder))
        count = InsightCount(progress, expected_insights(session, histories))
        summaries = []
        for group in session.groups():
            runner = Runner(session, group, record, order, count, calibrator)
            summaries.append(runner.run(limited(histories, options.limit), stop))
            if summaries[-1].stopped:
                break
    if calibrator and options.max_error is not None:
        with Ledger.open(folder, read_only=True) as ledger:
            summaries[-1].review = write_review(ledger.insights(run=RUN_NAME), calibrator, folder)
    _write_summary(session, histories, folder, summaries)
    return summaries


def _write_summary(session: Session, histories: HistorySource, folder: Path, summaries: Sequence[RunSummary]) -> None:
    """summary.json: the whole run as its ledger has it, and what this call did."""
    path = folder / "summary.json"
    try:
        seconds = float(json.loads(path.read_text(encoding="utf-8"))["run"]["seconds"])
    except (OSError, ValueError, LookupError, TypeError):  # none yet, or written by hand
        seconds = 0.0
    with Ledger.open(folder, read_only=True) as ledger:
        run = whole_run(ledger.insights(run=RUN_NAME), session.preparer.forms, summaries, seconds)
    calls = [summary.as_dict() for summary in summaries]
    report = {"run": run, "last_call": calls, "input": asdict(histories.counts)}
    write_text(path, json.dumps(report, indent=2, ensure_ascii=False, default=str))


def expected_insights(session: Session, histories: HistorySource) -> int:
    """How many insights the whole run gives."""
    customers = histories.counts.customers
    return min(customers, session.options.limit or customers) * len(session.tasks)


def refuse_second_writer(folder: Path) -> None:
    """Make the folder, and stop before anything in it is touched where another run is writing there.

    Raises:
        LedgerError: another process holds the ledger.
    """
    folder.mkdir(parents=True, exist_ok=True)
    Ledger.open(folder / "ledger.sqlite").close()


def limited(histories: Iterable[CustomerHistory], limit: int | None) -> Iterator[CustomerHistory]:
    """The first `limit` histories, or all."""
    return islice(histories, limit)


def _load(task: str | Task) -> Task:
    return load_task(task) if isinstance(task, str) else task
