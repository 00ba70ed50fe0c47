"""Check an adapter again, on another machine or after something was changed."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fewsight.adapter_manifest import AdapterManifest, Parity, TaskFacts
from fewsight.errors import ConfigError, ModelError
from fewsight.finetune.gate.parity import Asked, check_parity
from fewsight.prompts.answer.fields import given_values
from fewsight.prompts.labelled import GoldRow, read_gold
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import Task
from fewsight.serving.models.dtype import Dtype
from fewsight.serving.models.names import resolve_model
from fewsight.serving.models.tokenizer import load_tokenizer
from fewsight.serving.run.manifests import follow_manifests
from fewsight.serving.run.options import EngineOptions, PromptOptions, RunOptions

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RowsToAsk:
    """Labelled rows to ask an adapter about, `limit` of each task at most.

    `tasks` are names or folders, all that the manifest names where empty; the rows are the tasks' own shots where
    there is no `file`.
    """

    tasks: Sequence[str] = ()
    file: Path | None = None
    limit: int = 400


def check_adapter_parity(
    adapter: Path, manifest: AdapterManifest, rows: RowsToAsk, *, model: str | None, ways: Sequence[str], dtype: Dtype
) -> AdapterManifest:
    """The manifest with a fresh parity result, which is also written to the adapter's folder.

    Args:
        adapter: its folder, or that of a whole model.
        manifest: of the adapter.
        rows: to ask it about.
        model: name or folder of the base model; as the manifest names it where None.
        ways: engines to compare with PEFT.
        dtype: number type to compare in.

    Raises:
        ModelError: weights, task, template, base model or tokenizer are not those of the manifest.
        ConfigError: there are no rows to ask.
    """
    whole = manifest.is_model
    base = resolve_model(str(adapter) if whole else model or manifest.base.name)
    asked = _asked(adapter, manifest, rows)
    for one in asked:
        options = RunOptions(
            (one.task.name,),
            PromptOptions(mask=one.facts.mask, history_tokens=one.facts.history_tokens),
            EngineOptions("transformers", adapters={} if whole else {one.task.name: str(adapter)}),
        )
        follow_manifests(options, [one.task], base, load_tokenizer(base.path), heed_parity=False)
    parity, _ = check_parity(None if whole else adapter, base, asked, dtype=dtype, ways=ways)
    checked = manifest.model_copy(update={"parity": _with_others(parity, manifest.parity)})
    if {one.task.name for one in asked} == {facts.name for facts in manifest.tasks}:
        checked.write(adapter)
    else:
        logger.warning("Only some of the adapter's tasks were asked, so the result is not written to the manifest.")
    return checked


def _asked(adapter: Path, manifest: AdapterManifest, rows: RowsToAsk) -> list[Asked]:
    tasks = [load_task(name) for name in dict.fromkeys(rows.tasks) or [facts.name for facts in manifest.tasks]]
    if rows.file is not None and len(tasks) > 1:
        names = ", ".join(task.name for task in tasks)
        raise ConfigError(f"{str(rows.file)!r} can't hold rows of several tasks ({names}); name one with --task.")
    known = {facts.name: facts for facts in manifest.tasks}
    for task in tasks:
        if task.name not in known:
            raise ModelError(f"Adapter {str(adapter)!r} was trained for {', '.join(known)}, not for {task.name!r}.")
    return [Asked(task, known[task.name], _rows(task, known[task.name], rows)) for task in tasks]


def _with_others(parity: Parity, before: Parity | None) -> Parity:
    """The new result, with what was measured before of engines that were not asked again."""
    asked = {part.way for part in parity.parts}
    others = tuple(part for part in before.parts if part.way not in asked) if before else ()
    return parity.model_copy(update={"parts": (*parity.parts, *others)})


def _rows(task: Task, facts: TaskFacts, rows: RowsToAsk) -> list[GoldRow]:
    if rows.file is not None:
        gold = list(read_gold(rows.file, task).rows)
    else:
        shots = [shot for shot in task.shots if facts.language in ("auto", shot.language)]
        values = [given_values(shot.answer, task.output) for shot in shots]
        gold = [GoldRow(s.id, 0, s.history, given, s.language) for s, given in zip(shots, values, strict=True)]
    if not gold:
        raise ConfigError(f"Task {task.name!r} has no shots to ask; name labelled rows with --rows.")
    random.Random(0).shuffle(gold)  # noqa: S311 - reproducible, no secret
    return gold[: rows.limit]
