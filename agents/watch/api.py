"""`watch`: one look at the data as a function."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.agents.watch.evidence.alerts import Witness
from fewsight.agents.watch.evidence.facts import SHOWN, FactTables, medians, records, value_of
from fewsight.agents.watch.judging.choosing import Chosen, choose
from fewsight.agents.watch.judging.drift import drift_of
from fewsight.agents.watch.judging.thresholds import ended_of, judged
from fewsight.agents.watch.model import Look, Threshold
from fewsight.agents.watch.options import WEEK_DAYS, WatchOptions
from fewsight.agents.watch.questions.asking import Asking, Question
from fewsight.agents.watch.questions.gathering import Gathered, gather
from fewsight.agents.watch.questions.learned import Learned, read_learned
from fewsight.agents.watch.questions.scoring import Questions, remove_unfinished, score
from fewsight.agents.watch.sameness import check_mapping, check_task
from fewsight.agents.watch.state import State
from fewsight.agents.watch.telling import became
from fewsight.digest import digest
from fewsight.errors import InputError, TaskError
from fewsight.notices import Progress, Silent
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.predicting.asked import read_asked
from fewsight.prompts.task import Task
from fewsight.serving.answerers.folder import AnswererManifest, read_answerer
from fewsight.serving.run.options import FlatOptions
from fewsight.tables import Histories

if TYPE_CHECKING:
    from fewsight.outcomes import Outcome

logger = logging.getLogger(__name__)

_FACTS: Final = "facts"


@dataclass(frozen=True)
class _Setting:
    """What one look stands on."""

    task: Task
    outcome: "Outcome"
    answerer: Path
    manifest: AnswererManifest
    table: Histories
    state: State
    options: WatchOptions
    moment: datetime
    before: datetime | None
    learned: Learned
    asking: Asking


def watch(
    task_folder: Path,
    histories: Histories,
    answerer: Path,
    state: State,
    options: WatchOptions | None = None,
    *,
    as_of: datetime | None = None,
    progress: Progress | None = None,
    engine: FlatOptions | None = None,
) -> Look | None:
    """Look at the data as of a moment, and keep risks and alerts in the state.

    Args:
        task_folder: a task that `predict init` made, of an outcome that is a yes or no.
        histories: opened tables, with all that is known of everybody.
        answerer: a folder that `fewsight eval --save` wrote for this task.
        state: an open state; a look is in it as a whole or not at all.
        options: how many alerts, and how many of them in vain.
        as_of: the moment (aware); the newest event where None.
        progress: is told how far the answers are.
        engine: options of the engine, for an answerer with a language model.

    Returns:
        The look, or None where the state has looked at this moment already.

    Raises:
        FewsightError: data went back in time or did not come, tables are understood in another way, or the answerer,
            task and state do not belong together. Nothing was alerted then.
    """
    options, task = options or WatchOptions(), load_task(task_folder)
    outcome = _outcome(task)
    manifest = read_answerer(answerer)
    manifest.require(task)
    moment, before = as_of or histories.newest, state.last
    if moment is None:
        raise InputError("No event of this table has a time, so nothing can be watched; name the column of times.")
    check_task(state, task)
    check_mapping(state, histories, accept=options.accept_mapping)
    if before is not None and moment <= before:
        _refuse_back(moment, before, state)
        return None
    learned = read_learned(task, task_folder, options.learned, manifest, outcome.span)
    asked = read_asked(task_folder)
    asking = Asking(outcome, asked, moment, options.past, learned.is_clean, histories.counts.customers)
    setting = _Setting(task, outcome, answerer, manifest, histories, state, options, moment, before, learned, asking)
    seen = gather(histories, asking, before, state.open_questions())
    if before is not None and not seen.new_events:
        raise InputError(
            f"No event of the table lies after {before.isoformat()}, the last look, and --as-of is later: a table that "
            "was not loaded looks like customers who all left. Give the new rows, or leave out --as-of."
        )
    if not seen.now:
        raise InputError(
            f"Of {histories.counts.customers:,} customers nobody can be asked {task.title or outcome} now."
        )
    state.settle(seen.settled)
    _score(setting, seen, progress or Silent(), engine or {})
    return _look(setting, seen)


def _outcome(task: Task) -> "Outcome":
    if task.outcome is None or task.outcome.outcome.is_number:
        raise TaskError(
            f"Task {task.name!r} asks for no outcome that is a yes or no; make one with `fewsight predict init`, as "
            "--outcome 'no order within 90 days'."
        )
    return task.outcome.outcome


def _refuse_back(moment: datetime, before: datetime, state: State) -> None:
    if moment < before:
        raise InputError(
            f"These data end at {moment.isoformat()}, and the state in {str(state.path.parent)!r} has looked at "
            f"{before.isoformat()} already: they went back in time. Give all data up to now, or another --state."
        )
    logger.info("Nothing is newer than %s, the last look.", before.isoformat())


def _score(setting: _Setting, seen: Gathered, progress: Progress, engine: FlatOptions) -> None:
    """Answer what was not answered yet, and keep it."""
    state, name = setting.state, setting.manifest.digest
    known = state.known(name)
    moments: dict[str, tuple[datetime, ...]] = {}
    for who, moment in [*((who, setting.moment) for who in seen.now), *seen.past]:
        if (who, moment) not in known:
            moments[who] = (*moments.get(who, ()), moment)
    work = state.path.parent
    asked = digest([setting.table.digest, setting.moment.isoformat(), name, sorted(moments)])
    remove_unfinished(work, but=asked)
    if moments:
        questions = Questions(setting.table, setting.asking, moments, asked)
        risks = score(setting.task, setting.answerer, questions, work, progress, engine)
        if missing := sum(map(len, moments.values())) - len(risks):
            logger.warning("%d questions were not answered; these customers are left out of this look.", missing)
        answers: Mapping[Question, bool | None] = seen.answers
        state.add_scores(name, risks, answers)
        remove_unfinished(work)


def _look(setting: _Setting, seen: Gathered) -> Look:
    import numpy as np

    state, options, name = setting.state, setting.options, setting.manifest.digest
    oldest = min(setting.asking.past_moments)
    rows = [row for row in state.ended(name, oldest) if setting.learned.is_clean(row[0], row[1])]
    past = ended_of(rows)
    threshold = judged(past, options.false_alarms, options.confidence, setting.outcome.span)
    _tell(threshold)
    scored = state.scored(name, setting.moment)
    risks = {who: scored[who] for who in seen.now if who in scored}
    facts = FactTables(state.setting(_FACTS))
    then = facts.of(setting.learned.histories)
    now = facts.of(seen.sample)
    chosen = _choose(setting, risks, threshold, facts)
    alerts = Witness(
        setting.task.name,
        setting.outcome,
        setting.moment,
        setting.before,
        threshold.value if threshold.needed else None,
        facts,
        medians(now, SHOWN),
    ).alerts(
        [setting.asking.shown(setting.table.get(who), setting.moment) for who in chosen.customers],
        risks,
        state.scored(name, setting.before) if setting.before else {},
    )
    look = Look(
        moment=setting.moment,
        answerer=setting.manifest.name,
        watched=len(risks),
        events=seen.new_events,
        budget=options.budget,
        candidates=chosen.candidates,
        written=len(alerts),
        threshold=threshold,
        drift=drift_of(then, now, past, np.array(list(risks.values()), dtype=float)),
        became=became(state),
    )
    keep_from = oldest - timedelta(days=WEEK_DAYS)
    state.add_look(look, alerts, {_FACTS: facts.fitted}, keep_from)
    return look


def _choose(setting: _Setting, risks: Mapping[str, float], threshold: Threshold, facts: FactTables) -> Chosen:
    options, days = setting.options, setting.outcome.horizon_days
    again = setting.outcome.span.days if options.again_after is None else options.again_after

    def values(customers: list[str]) -> dict[str, float]:
        shown = [setting.asking.shown(setting.table.get(who), setting.moment) for who in customers]
        worth = [value_of(row, days) for row in records(facts.of(shown))]
        return {who: float(one.amount) if one else 0.0 for who, one in zip(customers, worth, strict=True)}

    since = setting.moment - timedelta(days=max(again, WEEK_DAYS))
    return choose(
        risks,
        threshold.value,
        setting.moment,
        setting.state.alerted(since),
        budget=options.budget,
        again_after=again,
        rank=options.rank,
        values=values,
    )


def _tell(threshold: Threshold) -> None:
    if threshold.value is None:
        logger.warning(
            "No rate of false alarms can be promised: the past of %d customers without the outcome is known that the "
            "answerer did not learn from, and %d are needed. Nobody is alerted; hold back more customers, wait, "
            "promise less (--false-alarms), or rank by the budget alone (--false-alarms 1).",
            threshold.customers,
            threshold.needed,
        )
