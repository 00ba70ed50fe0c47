"""`fewsight finetune` as a function: from labelled rows to an adapter folder that serves as it was trained."""

import csv
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from fewsight.adapter_manifest import AdapterManifest, Metric
from fewsight.files import write_text
from fewsight.finetune.batches import balance_weights
from fewsight.finetune.card import write_card
from fewsight.finetune.checkpoint import TrainingState
from fewsight.finetune.config import FinetuneConfig, as_toml
from fewsight.finetune.data import TrainingData, load_data, prompt_options
from fewsight.finetune.lora import add_lora, free, load_base, save_adapter
from fewsight.finetune.measuring import measure
from fewsight.finetune.memory import peak_memory
from fewsight.finetune.report import FieldReport, rows_right
from fewsight.finetune.rows import PromptOptions, RowMaker
from fewsight.finetune.scoring import ModelScorer, believe
from fewsight.finetune.training import Progress, Silent, Training
from fewsight.finetune.work_folder import publish, refuse_existing, work_folder
from fewsight.prompts.fields import closed_fields
from fewsight.prompts.task import Task
from fewsight.serving.dtype import Dtype, pick_dtype
from fewsight.serving.models import DEFAULT_MODEL, ModelFolder, resolve_model
from fewsight.serving.tokenizer import FolderTokenizer, load_tokenizer

MAY_CHANGE: Final = ("micro_tokens", "checkpoint_minutes")
"""Options that a training which goes on may be given anew: they change memory and speed, not what is learned."""


@dataclass(frozen=True)
class Finetuned:
    """A finished adapter: its folder, its manifest, its figures by field, and what was warned of."""

    folder: Path
    manifest: AdapterManifest
    fields: tuple[FieldReport, ...]
    warnings: tuple[str, ...]


def finetune(
    task: Task,
    train: str | Path,
    out: str | Path,
    *,
    valid: str | Path | None = None,
    model: str = DEFAULT_MODEL,
    config: FinetuneConfig | None = None,
    ways: Sequence[str] | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Finetuned:
    """Train a LoRA adapter, measure it, and write its folder, which appears whole or not at all.

    The same call again goes on where a killed one stopped.

    Args:
        task: the task.
        train: labelled rows; see `fewsight.finetune.gold_file`.
        out: the adapter folder, which must not exist.
        valid: rows to validate on; some of `train` are held back where None.
        model: name, hub id or folder of the base model.
        config: all options.
        ways: engines of the parity gate; all that are installed where None.
        fresh: throw away what an earlier call has begun.
        progress: is told about each step.
        say: is told what is being done.

    Raises:
        FewsightError: anything named is wrong, or memory or disk ran out.
    """
    config, out = config or FinetuneConfig(), Path(out)
    refuse_existing(out)
    base = resolve_model(model)
    tokenizer = load_tokenizer(base.path)
    dtype = pick_dtype(config.dtype)
    say("reading rows")
    data = load_data(task, Path(train), Path(valid) if valid else None, config, tokenizer, base.max_model_len)
    for warning in data.warnings:
        say(f"warning: {warning}")
    say(f"{len(data.train):,} rows to train on, held back: {data.facts.split}")
    frozen = {
        "config": {name: value for name, value in asdict(config).items() if name not in MAY_CHANGE},
        "task": [task.name, task.version, task.digest],
        "data": data.digest,
        "model": base.digest,
        "tokenizer": tokenizer.digest,
        "dtype": dtype,
    }
    with work_folder(out, frozen, fresh) as work:
        before, state, memory = _train(task, base, tokenizer, data, config, dtype, work, progress or Silent(), say)
        made = work / "adapter"
        done = measure(task, base, tokenizer, data, config, dtype, made, before, state, memory, ways, say)
        manifest = done.manifest.model_copy(update={"name": out.name})
        manifest.write(made)
        _write_extras(made, config, data)
        write_card(made, manifest, done.fields, state, data.warnings)
        publish(made, out)
    return Finetuned(out, manifest, done.fields, data.warnings)


def _train(
    task: Task,
    base: ModelFolder,
    tokenizer: FolderTokenizer,
    data: TrainingData,
    config: FinetuneConfig,
    dtype: Dtype,
    work: Path,
    progress: Progress,
    say: Callable[[str], None],
) -> tuple[Metric, TrainingState, float]:
    loaded = load_base(base, dtype)
    before = _before(task, base, tokenizer, data, config, loaded, work, say)
    adapted = add_lora(loaded, config, base.name)
    weights = balance_weights(data.facts.labels, config.class_balance)
    training = Training(adapted, data.train, data.valid, config, weights, work, progress)
    say(f"training: {training.steps.total:,} steps of {config.batch_rows} rows, {dtype}")
    state = training.run()
    shutil.rmtree(work / "adapter", ignore_errors=True)
    save_adapter(adapted, work / "adapter", base)
    memory = peak_memory()
    free(training, adapted, loaded)
    return before, state, memory


def _before(
    task: Task,
    base: ModelFolder,
    tokenizer: FolderTokenizer,
    data: TrainingData,
    config: FinetuneConfig,
    model: Any,  # noqa: ANN401 - any transformers model
    work: Path,
    say: Callable[[str], None],
) -> Metric:
    """The base model on the held-back rows, with the full template and no shots; kept for a resumed training."""
    path = work / "before.json"
    if path.exists():
        return Metric.model_validate_json(path.read_text(encoding="utf-8"))
    say("measuring the base model")
    prompts = prompt_options(config)
    full = PromptOptions("full", prompts.language, prompts.mask, prompts.history_tokens)
    maker = RowMaker(task, full, tokenizer, base.max_model_len, config.seed)
    gold = data.held_back[: config.report_rows]
    masked = [maker.preparer.mask(row.history).history for row in gold]
    items = maker.preparer.items(masked, "shots-first", [task.name])
    found = believe(ModelScorer(model), items, maker.preparer.forms[task.name])
    before = rows_right(closed_fields(task.output), gold, found)
    write_text(path, before.model_dump_json())
    return before


def _write_extras(folder: Path, config: FinetuneConfig, data: TrainingData) -> None:
    """The configuration, and what was left out or nearly repeated, where there is anything; no texts."""
    write_text(folder / "config.toml", as_toml(config))
    tables = {
        "left_out.csv": (["file", "line", "reason"], data.left_out),
        "near_duplicates.csv": (
            ["held_back", "trained_on", "cosine"],
            [tuple(asdict(pair).values()) for pair in data.near],
        ),
    }
    for name, (head, rows) in tables.items():
        if rows:
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([head, *rows])
