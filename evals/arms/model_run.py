"""A run of an arm that asks a language model: the machinery of `fewsight run` over labelled rows."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.adapter_manifest import read_manifest
from fewsight.errors import ConfigError, InputError
from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.context import Context, whole_rows, write_rows
from fewsight.evals.arms.row_histories import RowHistories, part_and_row
from fewsight.evals.arms.row_run import RowRun, run_rows
from fewsight.evals.model import Cost
from fewsight.ledger import Ledger
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import Task
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.run.options import BARE, BUILT_IN, EngineOptions, PromptOptions, RunOptions
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
        task = self._task()
        pool, notes = self._pool(task)
        run = run_rows(self._arm.name, self._with(pool), task, parts, self._folder, self._context)
        notes += _warned(run.summaries)
        return Answers(run.answers, self._cost(run), notes, run.circumstances)

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
            history_tokens=suite.history_tokens,
        )
        runs_on = EngineOptions(
            engine, arm.model or suite.model, adapters, dtype=arm.dtype or suite.dtype, base_url=arm.base_url
        )
        return RunOptions((self._context.task.name,), prompt, runs_on, seed=arm.seed)

    def _cost(self, run: RowRun) -> Cost:
        """Tokens of the test rows are taken to be their share of those of all rows that were answered."""
        with Ledger.open(self._folder, read_only=True) as ledger:
            known = ledger.summary()
        part = run.test_rows / max(known.results, 1)
        prompt, answer = round(known.prompt_tokens * part), round(known.answer_tokens * part)
        suite, arm = self._context.defaults, self._arm
        price = arm.price_per_million if arm.price_per_million is not None else suite.price_per_million
        by_tokens = None if price is None else 1000 * (price * (prompt + answer) / 1e6) / run.test_rows
        return Cost(
            prompt_tokens=prompt,
            computed_tokens=round(known.computed_tokens * part),
            answer_tokens=answer,
            seconds=run.seconds,
            memory_mb=run.memory_mb,
            price_per_1000=run.price_per_1000(suite.price_per_hour) if by_tokens is None else by_tokens,
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


def _warned(summaries: Sequence[RunSummary]) -> tuple[str, ...]:
    return tuple(f"{count:,} x {text}" for summary in summaries for text, count in summary.warnings.items())
