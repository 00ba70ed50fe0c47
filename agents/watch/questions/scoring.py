"""Risks by a saved answerer, through the machinery of `fewsight run`, with language models, calibration and masking."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Final

from fewsight.agents.watch.questions.asking import Asking, Question
from fewsight.digest import digest
from fewsight.errors import InputError
from fewsight.events import CustomerHistory
from fewsight.ledger import Ledger
from fewsight.notices import Progress
from fewsight.outcomes.outcome import YES
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.task import Task
from fewsight.serving.run.api import execute
from fewsight.serving.run.options import FlatOptions, make_options
from fewsight.serving.run.plan import RUN_NAME
from fewsight.serving.run.session import open_session
from fewsight.tables import Counts

CALIBRATION: Final = "calibration.json"
UNFINISHED: Final = "scoring-"
"""Opens the name of a folder of risks that are not in the state yet; it goes on where it was killed, and is removed."""


@dataclass(frozen=True)
class Questions:
    """Customers at moments as the input of a run, each a customer of its own under a name that says nothing.

    `moments` are by customer; histories are read from the table again, one at a time.
    """

    table: Iterable[CustomerHistory]
    asking: Asking
    moments: Mapping[str, tuple[datetime, ...]]
    digest: str
    newest: None = None

    @property
    def counts(self) -> Counts:
        """Questions as customers."""
        asked = sum(map(len, self.moments.values()))
        return Counts(rows=asked, events=asked, customers=asked)

    def __iter__(self) -> Iterator[CustomerHistory]:
        """The histories up to their moments."""
        for history in self.table:
            for moment in self.moments.get(history.customer_id, ()):
                shown = self.asking.shown(history, moment)
                yield replace(shown, customer_id=_name(history.customer_id, moment))


def score(
    task: Task, answerer: Path, questions: Questions, work: Path, progress: Progress, engine: FlatOptions
) -> dict[Question, float]:
    """The probability of 'yes' of each question.

    Args:
        task: what is asked.
        answerer: its folder; its calibration is used where there is one.
        questions: customers at moments.
        work: where a run that was killed is found again; `remove_unfinished` removes it.
        progress: is told how far it is.
        engine: options of the engine, for an answerer with a language model.

    Raises:
        FewsightError: the answerer can't answer, or was stopped.
    """
    fitted = answerer / CALIBRATION
    calibrations = (str(fitted),) if fitted.is_file() else ()
    given: FlatOptions = {**engine, "answerer": str(answerer), "calibrations": calibrations}
    options = make_options([task.name], **given)
    folder = work / f"{UNFINISHED}{questions.digest[:12]}"
    session = open_session(options, questions, (task,))
    summaries = execute(session, questions, folder, progress)
    if any(summary.stopped for summary in summaries):
        raise InputError("The watch was stopped; the same command goes on from there.")
    return _read(task, folder, questions)


def remove_unfinished(work: Path, but: str = "") -> None:
    """Remove the folders of risks that are in the state, or were begun for other data; `but` is a digest to keep."""
    for folder in work.glob(f"{UNFINISHED}*"):
        if not but or folder.name != f"{UNFINISHED}{but[:12]}":
            rmtree(folder, ignore_errors=True)


def _read(task: Task, folder: Path, questions: Questions) -> dict[Question, float]:
    path = closed_fields(task.output)[0].path
    by_name = {
        _name(customer, moment): (customer, moment)
        for customer, moments in questions.moments.items()
        for moment in moments
    }
    risks: dict[Question, float] = {}
    with Ledger.open(folder, read_only=True) as ledger:
        for insight in ledger.insights(run=RUN_NAME):
            shares = insight.probabilities.get(path, {})
            if insight.customer_id in by_name and YES in shares:
                risks[by_name[insight.customer_id]] = shares[YES]
    return risks


def _name(customer: str, moment: datetime) -> str:
    return digest([customer, moment.isoformat()])[:32]
