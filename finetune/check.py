"""Check an adapter again, on another machine or after something was changed."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from fewsight.adapter_manifest import AdapterManifest, Parity, TaskFacts
from fewsight.errors import ConfigError, ModelError
from fewsight.finetune.gold import GoldRow
from fewsight.finetune.gold_file import read_gold
from fewsight.finetune.parity import check_parity, installed_ways
from fewsight.finetune.partial import flatten
from fewsight.prompts.loading import load_task
from fewsight.prompts.task import Task
from fewsight.serving.dtype import pick_dtype
from fewsight.serving.manifests import follow_manifests
from fewsight.serving.models import resolve_model
from fewsight.serving.options import RunOptions
from fewsight.serving.tokenizer import load_tokenizer


def check_adapter_parity(
    adapter: Path,
    manifest: AdapterManifest,
    *,
    task: str | None,
    model: str | None,
    rows: Path | None,
    limit: int,
    only_transformers: bool,
    say: Callable[[str], None],
) -> AdapterManifest:
    """The manifest with a fresh parity result, which is also written to the adapter's folder.

    Raises:
        ModelError: weights, task, template, base model or tokenizer are not those of the manifest.
        ConfigError: there are no rows to ask.
    """
    asked = load_task(task or manifest.tasks[0].name)
    facts = next((facts for facts in manifest.tasks if facts.name == asked.name), None)
    if facts is None:
        known = ", ".join(facts.name for facts in manifest.tasks)
        raise ModelError(f"Adapter {str(adapter)!r} was trained for {known}, not for {asked.name!r}.")
    base = resolve_model(model or manifest.base.name)
    gold = _rows(asked, facts, rows, limit)
    options = RunOptions(
        tasks=(asked.name,),
        adapters={asked.name: str(adapter)},
        engine="transformers",
        mask=facts.mask,
        history_tokens=facts.history_tokens,
    )
    follow_manifests(options, [asked], base, load_tokenizer(base.path), heed_parity=False)
    ways: Sequence[str] = ("transformers",) if only_transformers else installed_ways()
    parity, _, _ = check_parity(adapter, base, asked, facts, gold, dtype=pick_dtype("auto"), ways=ways, say=say)
    checked = manifest.model_copy(update={"parity": _with_others(parity, manifest.parity)})
    checked.write(adapter)
    return checked


def _with_others(parity: Parity, before: Parity | None) -> Parity:
    """The new result, with what was found before about engines that were not asked again."""
    asked = {part.way for part in parity.parts}
    others = tuple(part for part in before.parts if part.way not in asked) if before else ()
    return parity.model_copy(update={"parts": (*parity.parts, *others)})


def _rows(task: Task, facts: TaskFacts, file: Path | None, limit: int) -> list[GoldRow]:
    if file is not None:
        gold = read_gold(file, task).rows
    else:
        shots = [shot for shot in task.shots if facts.language in ("auto", shot.language)]
        gold = [GoldRow(shot.id, 0, shot.history, flatten(shot.answer), shot.language) for shot in shots]
    if not gold:
        raise ConfigError(f"Task {task.name!r} has no shots to ask; name labelled rows with --rows.")
    random.Random(0).shuffle(gold)  # noqa: S311 - reproducible, no secret
    return gold[:limit]
