"""A run of an arm that asks a language model: the machinery of `fewsight run` over labelled rows."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.adapter_manifest import read_manifest
from fewsight.answers import flatten
from fewsight.errors import ConfigError, InputError
from fewsight.evals.arms.answers import Answers, Parts, RowAnswer
from fewsight.evals.arms.context import Context, whole_rows, write_rows
from fewsight.evals.arms.memory import forget_peak, peak_mb
from fewsight.evals.arms.row_histories import RowHistories, part_and_row
from fewsight.evals.model import Cost
from fewsight.files import write_text
from fewsight.insight import Insight
from fewsight.ledger import Ledger
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import Task
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.run.api import execute
from fewsight.serving.run.calibrated import circumstances
from fewsight.serving.run.options import BARE, BUILT_IN, EngineOptions, PromptOptions, RunOptions
from fewsight.serving.run.plan import RUN_NAME
from fewsight.serving.run.session import open_session
from fewsight.serving.run.summary import RunSummary

if TYPE_CHECKING:
    from fewsight.evals.arms.kinds.prompt import PromptArm


class ModelRun:
    """Runs rows through the same machinery as `fewsight run`, with a ledger of the arm's own."""

    def __init__(self, arm: "PromptArm", context: Context) -> None:
        self._arm, self._context = arm, context
        self._folder = arm.folder(context)

    def answer(self, parts: Parts) -> Answers:
        """Answer all rows; those that the ledger knows are not computed again.

        Raises:
            FewsightError: anything named is wrong, or the run was stopped.
        """
        task, rows = self._task(), RowHistories(parts)
        pool, notes = self._pool(task)
        forget_peak()
        session = open_session(self._with(pool), rows, (task,))
        summaries = execute(session, rows, self._folder, self._context.progress)
        if any(summary.stopped for summary in summaries):
            raise InputError(f"Arm {self._arm.name!r} was stopped; the same command goes on from there.")
        return Answers(
            read_answers(self._folder, parts, rows, closed_fields(task.output)),
            self._cost(summaries, len(parts["test"])),
            notes + _warned(summaries),
            circumstances(session, session.tasks[0]),
        )

    def prompts(self, rows: Sequence[GoldRow], ids: Collection[str]) -> dict[str, str]:
        """The prompts of those of the test rows, as text with special tokens.

        Raises:
            FewsightError: as for `answer`.
        """
        task, histories = self._task(), RowHistories({"test": rows})
        session = open_session(self.options(), histories, (task,))
        wanted = [one for one in histories if part_and_row(one.customer_id)[1] in ids]
        masked = [session.preparer.mask(one).history for one in wanted]
        items = session.preparer.items(masked, session.order(histories), [task.name])
        decode = session.preparer.tokenizer.decode
        return {part_and_row(item.customer_id)[1]: decode(item.prompt.token_ids, special=True) for item in items}

    def _task(self) -> Task:
        if self._arm.task is None:
            return self._context.task
        task = load_task(self._arm.task)
        if task.output.model_json_schema() != self._context.task.output.model_json_schema():
            raise ConfigError(f"Arm {self._arm.name!r}: the output of {self._arm.task!r} differs from the task's.")
        return task

    def _pool(self, task: Task) -> tuple[Path | None, tuple[str, ...]]:
        """A file of the rows that may be shown, and what is to be said about it."""
        rows = self._arm.rows(self._context)
        if not self._arm.shots or not rows:
            return None, ()
        whole = whole_rows(rows, task)
        if not whole:
            raise InputError(
                f"Arm {self._arm.name!r} shows examples, and no training row gives all fields of {task.name!r}."
            )
        path = self._folder / "pool.jsonl"
        write_rows(whole, path)
        left = len(rows) - len(whole)
        return path, (f"{left:,} training rows lack a field and can't be examples",) if left else ()

    def options(self) -> RunOptions:
        """The options of its run.

        Raises:
            FewsightError: as for `answer`.
        """
        return self._with(self._pool(self._task())[0])

    def _with(self, pool: Path | None) -> RunOptions:
        arm, suite = self._arm, self._context.defaults
        compares = arm.selector in ("knn", "mmr") and arm.shots
        engine = arm.engine or suite.engine
        adapters = {"*": arm.adapter} if arm.adapter != BARE or find_engine(engine).takes_adapters else {}
        prompt = PromptOptions(
            shots=arm.shots,
            selector=arm.selector,
            similarity=(arm.similarity or suite.similarity) if compares else "tfidf",
            pool=str(pool) if pool else None,
            style=arm.style,
            order="shots-first",
            history_tokens=suite.history_tokens,
        )
        runs_on = EngineOptions(
            engine, arm.model or suite.model, adapters, dtype=arm.dtype or suite.dtype, base_url=arm.base_url
        )
        return RunOptions((self._context.task.name,), prompt, runs_on, seed=arm.seed)

    def _cost(self, summaries: list[RunSummary], test_rows: int) -> Cost:
        """Tokens and seconds of the test rows, taken to be their share of all rows that were answered."""
        with Ledger.open(self._folder, read_only=True) as ledger:
            known = ledger.summary()
        used = took(self._folder / "took.json", summaries)
        part = test_rows / max(known.results, 1)
        prompt, answer = round(known.prompt_tokens * part), round(known.answer_tokens * part)
        seconds = test_rows * used["seconds"] / used["rows"] if used["rows"] else None
        suite, arm = self._context.defaults, self._arm
        price = arm.price_per_million if arm.price_per_million is not None else suite.price_per_million
        each = None if price is None else price * (prompt + answer) / 1e6
        if each is None and suite.price_per_hour is not None and seconds is not None:
            each = suite.price_per_hour * seconds / 3600
        return Cost(
            prompt_tokens=prompt,
            computed_tokens=round(known.computed_tokens * part),
            answer_tokens=answer,
            seconds=seconds,
            memory_mb=used["memory_mb"],
            price_per_1000=None if each is None else 1000 * each / test_rows,
            **self._learned(),
        )

    def _learned(self) -> dict[str, Any]:
        """Labels and seconds that it took beforehand: those of its adapter, held-back rows too, or of what it shows."""
        shown = len(self._arm.rows(self._context)) if self._arm.shots else 0
        trained = self._arm.model if self._arm.adapter == BARE else self._arm.adapter
        manifest = None if trained in (None, BUILT_IN) else read_manifest(Path(trained))
        if manifest is None or self._context.task.name not in manifest.data:
            return {"labels": shown}
        data = manifest.data[self._context.task.name]
        return {"labels": max(shown, data.rows + data.valid_rows), "training_seconds": manifest.training.get("seconds")}


def read_answers(
    folder: Path, parts: Parts, rows: RowHistories, fields: tuple[ClosedField, ...]
) -> dict[str, dict[str, RowAnswer]]:
    """A run's answers; those of rows that have changed since, or are no longer asked, stay in the ledger."""
    asked = {history.customer_id for history in rows}
    by_id: Mapping[tuple[str, str], GoldRow] = {(part, row.id): row for part in parts for row in parts[part]}
    answers: dict[str, dict[str, RowAnswer]] = {part: {} for part in parts}
    with Ledger.open(folder, read_only=True) as ledger:
        for insight in ledger.insights(run=RUN_NAME):
            if insight.customer_id in asked:
                part, row, _ = part_and_row(insight.customer_id)
                answers[part][row] = _row_answer(insight, by_id[part, row], fields)
    return answers


def _row_answer(insight: Insight, row: GoldRow, fields: tuple[ClosedField, ...]) -> RowAnswer:
    if insight.answer is None:
        nothing: dict[str, None] = {field.path: None for field in fields}
        return RowAnswer(nothing, insight.probabilities, lists={}, error=insight.error)
    values = flatten(insight.answer)
    labels = {field.path: field.label_in(insight.answer) for field in fields}
    numbers = row.history.references
    lists = {path: tuple(map(str, value)) for path, value in values.items() if isinstance(value, list)}
    named = tuple(numbers[e] for e in insight.evidence if e in numbers)
    return RowAnswer(labels, insight.probabilities, named, lists)


def _warned(summaries: list[RunSummary]) -> tuple[str, ...]:
    return tuple(f"{count:,} x {text}" for summary in summaries for text, count in summary.warnings.items())


def took(path: Path, summaries: Sequence[RunSummary]) -> dict[str, Any]:
    """Rows, seconds (the engine's start is in them) and peak memory, over all calls that computed any."""
    known: dict[str, Any] = {"rows": 0, "seconds": 0.0, "memory_mb": None}
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
    if computed := sum(summary.computed for summary in summaries):
        known["rows"] += computed
        known["seconds"] += sum(summary.seconds for summary in summaries)
        known["memory_mb"] = peak_mb()
        write_text(path, json.dumps(known))
    return known
