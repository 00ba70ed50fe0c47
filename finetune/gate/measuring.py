"""A trained adapter, measured: figures on held-back rows, the parity gate, and the manifest that says so."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from fewsight.adapter_manifest import AdapterManifest, BaseFacts, Metric
from fewsight.finetune.gate.improvement import FACT, PairedRows, improvement_fact, improvements
from fewsight.finetune.gate.parity import Asked, check_parity, installed_ways
from fewsight.finetune.gate.report import FieldReport, field_report, rows_right, rows_with_labels
from fewsight.finetune.gate.scoring import Belief
from fewsight.finetune.rows.data import prompt_options
from fewsight.finetune.setup import Setup
from fewsight.finetune.training.checkpoint import TrainingState
from fewsight.finetune.training.lora import public_name
from fewsight.prompts.answer.fields import closed_fields
from fewsight.serving.models.adapters import adapter_digest
from fewsight.serving.models.dtype import Dtype
from fewsight.serving.models.names import resolve_model
from fewsight.serving.run.manifests import task_facts

LIBRARIES: Final = ("fewsight", "torch", "transformers", "peft", "tokenizers", "safetensors")


@dataclass(frozen=True)
class Outcome:
    """How a training went: whether the base model was right, by task and held-back row; state; peak memory in MiB."""

    before: Mapping[str, Sequence[bool]]
    state: TrainingState
    memory: float


@dataclass(frozen=True)
class Measured:
    """The manifest, and the figures of each closed field, by task."""

    manifest: AdapterManifest
    fields: Mapping[str, tuple[FieldReport, ...]]


def measure(setup: Setup, outcome: Outcome, trained: Path, ways: Sequence[str] | None) -> Measured:
    """Ask PEFT and each engine of `ways` about the held-back rows, or about trained ones where none are held back.

    Figures are those of held-back rows, and of no others.

    Args:
        setup: of the training.
        outcome: of the training.
        trained: folder of the adapter, or of the whole model.
        ways: engines of the parity gate; all that are installed where None.

    Raises:
        EngineError: an engine can't start, or died.
    """
    asked = _asked(setup)
    # Exact, unless asked otherwise: what differs in float32 is a fault, while in bfloat16 it may be rounding.
    dtype: Dtype = "bfloat16" if setup.config.dtype == "bfloat16" else "float32"
    whole = resolve_model(str(trained)) if setup.config.method == "full" else None
    adapter, model = (trained, setup.base) if whole is None else (None, whole)
    ways = installed_ways() if ways is None else ways
    parity, beliefs = check_parity(adapter, model, asked, dtype=dtype, ways=ways)
    measured = [(one, rows) for one, rows in zip(asked, beliefs, strict=True) if one.task.name in outcome.before]
    reports = {one.task.name: _reports(one, rows) for one, rows in measured}
    pairs = {one.task.name: _paired(one, rows, outcome) for one, rows in measured}
    kind = "trained model" if whole else "adapter"
    base, tokenizer = setup.base, setup.tokenizer
    manifest = AdapterManifest(
        name=trained.name,
        weights_digest=whole.digest if whole else adapter_digest(trained),
        base=BaseFacts(
            name=public_name(base), digest=base.digest, tokenizer_digest=tokenizer.digest, dtype=setup.dtype
        ),
        tasks=tuple(one.facts for one in asked),
        data={subject.task.name: subject.data.facts for subject in setup.subjects},
        config=asdict(setup.config),
        versions=library_versions(),
        metrics={task: _metrics(kind, pairs[task], fields) for task, fields in reports.items()},
        training=_training_facts(outcome, reports) | {FACT: improvement_fact(improvements(pairs))},
        parity=parity,
    )
    return Measured(manifest, reports)


def _asked(setup: Setup) -> list[Asked]:
    """The rows that each task is measured on, and how it was trained to be asked."""
    config, prompts = setup.config, prompt_options(setup.config)
    return [
        Asked(
            subject.task,
            task_facts(subject.task, setup.tokenizer, prompts, config.style),
            subject.reported(config),
        )
        for subject in setup.subjects
    ]


def _reports(one: Asked, beliefs: Sequence[Belief]) -> tuple[FieldReport, ...]:
    fields = closed_fields(one.task.output)
    return tuple(field_report(number, field, one.gold, beliefs) for number, field in enumerate(fields))


def _paired(one: Asked, beliefs: Sequence[Belief], outcome: Outcome) -> PairedRows:
    fields = closed_fields(one.task.output)
    rows = rows_with_labels(fields, one.gold)
    return PairedRows(rows, outcome.before[one.task.name], rows_right(fields, one.gold, beliefs))


def _metrics(kind: str, pair: PairedRows, reports: Sequence[FieldReport]) -> dict[str, Metric]:
    """Shares of right rows of a task."""
    return {
        "base model, full prompt": Metric.of_share(sum(pair.base), len(pair.base)),
        kind: Metric.of_share(sum(pair.trained), len(pair.trained)),
        **{f"{kind}, {report.path}": report.accuracy for report in reports if len(reports) > 1},
    }


def _training_facts(outcome: Outcome, reports: Mapping[str, Sequence[FieldReport]]) -> dict[str, Any]:
    state = outcome.state
    return {
        "steps": state.step,
        "best_step": state.best.step if state.best else state.step,
        "stopped_early": state.stopped_early,
        "tokens": state.tokens,
        "seconds": round(state.seconds, 1),
        "tokens_per_second": round(state.tokens / state.seconds, 1) if state.seconds else 0.0,
        "peak_memory_mib": round(outcome.memory),
        "best": asdict(state.best) if state.best else None,
        "macro_f1": {task: {field.path: field.macro_f1 for field in fields} for task, fields in reports.items()},
    }


def library_versions() -> dict[str, str]:
    """Versions that an adapter may depend on."""
    versions = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
