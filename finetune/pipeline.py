"""`fewsight finetune` as a function: from labelled rows to an adapter folder that serves as it was trained."""

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from fewsight.adapter_manifest import AdapterManifest
from fewsight.export import CsvWriter
from fewsight.files import write_text
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.config_file import as_toml
from fewsight.finetune.gate.card import write_card
from fewsight.finetune.gate.measuring import Outcome, measure
from fewsight.finetune.gate.report import FieldReport, rows_right
from fewsight.finetune.gate.scoring import ModelScorer, believe
from fewsight.finetune.presets import settled_line
from fewsight.finetune.rows.data import prompt_options
from fewsight.finetune.rows.dataset import Lesson
from fewsight.finetune.rows.rows import RowMaker
from fewsight.finetune.search.search import best_config, check_optuna, search
from fewsight.finetune.search.trials import HEAD, Trial, describe_trials, trial_rows
from fewsight.finetune.setup import Setup, Subject, set_up
from fewsight.finetune.training.full import open_layers, save_model
from fewsight.finetune.training.loop import Observer, Training
from fewsight.finetune.training.lora import add_lora, free, load_base, save_adapter
from fewsight.finetune.training.memory import peak_memory
from fewsight.finetune.training.progress import StepProgress
from fewsight.finetune.work_folder import publish, refuse_existing, work_folder
from fewsight.notices import Progress, Silent
from fewsight.prompts.answer.fields import closed_fields
from fewsight.serving.models.names import DEFAULT_MODEL

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finetuned:
    """A finished adapter: its folder, its manifest, its figures by task and field, and what was warned of."""

    folder: Path
    manifest: AdapterManifest
    fields: Mapping[str, tuple[FieldReport, ...]]
    warnings: tuple[str, ...]


def finetune(
    lessons: Sequence[Lesson],
    out: str | Path,
    *,
    model: str = DEFAULT_MODEL,
    config: FinetuneConfig | None = None,
    ways: Sequence[str] | None = None,
    attribution: Sequence[str] = (),
    fresh: bool = False,
    progress: Progress | None = None,
) -> Finetuned:
    """Train a LoRA adapter or a whole model, measure it, and write its folder, which appears whole or not at all.

    The same call again goes on where a killed one stopped.

    Args:
        lessons: the tasks that the adapter shall answer, each with its labelled rows.
        out: the adapter folder, which must not exist.
        model: name, hub id or folder of the base model.
        config: all options.
        ways: engines of the parity gate; all that are installed where None.
        attribution: whose data this is and under which licence, for the manifest and the card.
        fresh: throw away what an earlier call has begun.
        progress: is told about each step; what is being done goes to `logging`.

    Raises:
        FewsightError: anything named is wrong, or memory or disk ran out.
    """
    config, out = config or FinetuneConfig(), Path(out)
    refuse_existing(out)
    if config.search:
        check_optuna()
    logger.info("reading rows")
    setup = set_up(tuple(lessons), model, config)
    _tell(setup, config)
    observer = StepProgress(progress or Silent())
    with work_folder(out, setup.frozen, fresh) as work:
        trials = search(setup, work / "search", observer) if config.search else ()
        if trials:
            setup = replace(setup, config=best_config(config, trials))
        outcome = _train(setup, work, observer)
        adapter = work / "adapter"
        done = measure(setup, outcome, adapter, ways)
        facts = done.manifest.training | ({"search": describe_trials(trials)} if trials else {})
        manifest = done.manifest.model_copy(
            update={"name": out.name, "attribution": tuple(attribution), "training": facts}
        )
        manifest.write(adapter)
        _write_extras(adapter, setup, trials)
        write_card(adapter, manifest, done.fields, outcome.state, setup.warnings)
        publish(adapter, out)
    return Finetuned(out, manifest, done.fields, setup.warnings)


def _tell(setup: Setup, asked: FinetuneConfig) -> None:
    for warning in setup.warnings:
        logger.warning(warning)
    for subject in setup.subjects:
        facts = subject.data.facts
        logger.info(f"{subject.task.name}: {facts.trained_on} to train on, held back: {facts.split}")
    if not asked.epochs or not asked.batch_rows:
        logger.info(settled_line(setup.config, len(setup.dataset.train)))


def _train(setup: Setup, work: Path, observer: Observer) -> Outcome:
    loaded = load_base(setup.base, setup.dtype)
    before = _before(setup, loaded, work)
    whole = setup.config.method == "full"
    adapted = open_layers(loaded) if whole else add_lora(loaded, setup.config, setup.base.name)
    training = Training(adapted, setup.dataset, setup.config, work, observer)
    logger.info(f"training: {training.steps.total:,} steps of {setup.config.batch_rows} rows, {setup.dtype}")
    state = training.run()
    shutil.rmtree(work / "adapter", ignore_errors=True)
    (save_model if whole else save_adapter)(adapted, work / "adapter", setup.base)
    memory = peak_memory()
    free(training, adapted, loaded)
    return Outcome(before, state, memory)


def _before(setup: Setup, model: Any, work: Path) -> dict[str, list[bool]]:  # noqa: ANN401 - any transformers model
    """Whether the base model is right, by task and held-back row; kept for a resumed training."""
    path = work / "before_rows.json"
    if path.exists():
        known: dict[str, list[bool]] = json.loads(path.read_text(encoding="utf-8"))
        return known
    measured = [subject for subject in setup.subjects if subject.data.held_back]
    if measured:
        logger.info("measuring the base model")
    before = {subject.task.name: _untrained(subject, setup, model) for subject in measured}
    write_text(path, json.dumps(before))
    return before


def _untrained(subject: Subject, setup: Setup, model: Any) -> list[bool]:  # noqa: ANN401 - any transformers model
    """Whether the base model is right, with the full template and no shots."""
    task, prompts = subject.task, prompt_options(setup.config)
    maker = RowMaker(task, replace(prompts, style="full"), setup.tokenizer, setup.base.max_model_len, setup.config.seed)
    gold = subject.reported(setup.config)
    masked = [maker.preparer.mask(row.history).history for row in gold]
    items = maker.preparer.items(masked, "shots-first", [task.name])
    beliefs = believe(ModelScorer(model), items, maker.preparer.forms[task.name])
    return rows_right(closed_fields(task.output), gold, beliefs)


def _write_extras(folder: Path, setup: Setup, trials: Sequence[Trial]) -> None:
    """The configuration; what was left out or nearly repeated, and the trials, where there are any; no texts."""
    write_text(folder / "config.toml", as_toml(setup.config))
    named = [(subject.task.name, subject.data) for subject in setup.subjects]
    tables = {
        "left_out.csv": (
            ["task", "file", "line", "reason"],
            [(task, *row) for task, data in named for row in data.left_out],
        ),
        "near_duplicates.csv": (
            ["task", "held_back", "trained_on", "cosine"],
            [(task, *asdict(pair).values()) for task, data in named for pair in data.near],
        ),
        "trials.csv": (list(HEAD), trial_rows(trials)),
    }
    for name, (head, rows) in tables.items():
        if rows:
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                CsvWriter(file).writerows([head, *rows])
