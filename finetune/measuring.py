"""A trained adapter, measured: figures on held-back rows, the parity gate, and the manifest that says so."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from fewsight.adapter_manifest import AdapterManifest, BaseFacts, Metric
from fewsight.finetune.checkpoint import TrainingState
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.data import TrainingData, prompt_options
from fewsight.finetune.gold import GoldRow
from fewsight.finetune.lora import public_name
from fewsight.finetune.parity import check_parity, installed_ways
from fewsight.finetune.report import FieldReport, field_report, rows_right
from fewsight.prompts.fields import closed_fields
from fewsight.prompts.task import Task
from fewsight.serving.adapters import adapter_digest
from fewsight.serving.dtype import Dtype
from fewsight.serving.manifests import task_facts
from fewsight.serving.models import ModelFolder
from fewsight.serving.tokenizer import FolderTokenizer

LIBRARIES: Final = ("fewsight", "torch", "transformers", "peft", "tokenizers", "safetensors")


@dataclass(frozen=True)
class Measured:
    """The manifest, and the figures of each closed field."""

    manifest: AdapterManifest
    fields: tuple[FieldReport, ...]


def measure(
    task: Task,
    base: ModelFolder,
    tokenizer: FolderTokenizer,
    data: TrainingData,
    config: FinetuneConfig,
    dtype: Dtype,
    made: Path,
    before: Metric,
    state: TrainingState,
    memory: float,
    ways: Sequence[str] | None,
    say: Callable[[str], None],
) -> Measured:
    """Ask PEFT and each engine of `ways` about the held-back rows.

    Args:
        task: the task.
        base: the base model.
        tokenizer: its tokenizer.
        data: of the training.
        config: of the training.
        dtype: number type of model and engines.
        made: the adapter's folder.
        before: the base model's figure.
        state: how the training ended.
        memory: its peak, in MiB.
        ways: engines of the parity gate; all that are installed where None.
        say: is told what is being done.

    Raises:
        EngineError: an engine can't start, or died.
    """
    facts = task_facts(task, tokenizer, prompt_options(config).run_options(task.name), config.style)
    gold: tuple[GoldRow, ...] = data.held_back[: config.report_rows]
    parity, found, _ = check_parity(
        made, base, task, facts, gold, dtype=dtype, ways=installed_ways() if ways is None else ways, say=say
    )
    fields = closed_fields(task.output)
    reports = tuple(field_report(number, closed, gold, found) for number, closed in enumerate(fields))
    metrics = {"base model, full prompt": before, "adapter": rows_right(fields, gold, found)}
    manifest = AdapterManifest(
        name=made.name,
        weights_digest=adapter_digest(made),
        base=BaseFacts(name=public_name(base), digest=base.digest, tokenizer_digest=tokenizer.digest, dtype=dtype),
        tasks=(facts,),
        data=data.facts,
        config=asdict(config),
        versions=library_versions(),
        metrics=metrics | {f"adapter, {report.path}": report.accuracy for report in reports if len(reports) > 1},
        training={
            "steps": state.step,
            "best_step": state.best.step if state.best else state.step,
            "stopped_early": state.stopped_early,
            "tokens": state.tokens,
            "seconds": round(state.seconds, 1),
            "tokens_per_second": round(state.tokens / state.seconds, 1) if state.seconds else 0.0,
            "peak_memory_mib": round(memory),
            "best": asdict(state.best) if state.best else None,
            "macro_f1": {report.path: report.macro_f1 for report in reports},
        },
        parity=parity,
    )
    return Measured(manifest, reports)


def library_versions() -> dict[str, str]:
    """Versions that an adapter may depend on."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
