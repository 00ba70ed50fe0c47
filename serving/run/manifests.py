"""What an adapter was trained under, against what a run would serve it under."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from fewsight.adapter_manifest import AdapterManifest, TaskFacts, read_manifest
from fewsight.digest import digest
from fewsight.errors import ConfigError, ModelError
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.answer.form import AnswerForm
from fewsight.prompts.render import Order
from fewsight.prompts.task import LANGUAGES, Language, Style, Task
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.models.adapter_checks import other_base
from fewsight.serving.models.adapters import adapter_digest, check_adapter
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.run.options import BUILT_IN, PromptOptions, RunOptions, built_in_folder
from fewsight.serving.run.prepare import Preparer
from fewsight.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

_START: Final = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
_EVENTS: Final = (
    Event("a", _START, "order", "web", product="lamp", amount=4990, currency="EUR", attributes={"size": "L"}),
    Event("b", _START + timedelta(days=2), "message", "chat", text="Where is it? Write to ann@example.com. 在哪里？"),
    Event("c", _START + timedelta(days=9), "return", product="lamp", amount=-4990, currency="EUR"),
    Event("d", _START + timedelta(days=40), "order", "app", product="desk", amount=100, currency="JPY"),
)
PROBES: Final = (
    CustomerHistory("p1", (Event("a", None, "message", text="Where is my parcel 4711?"),)),
    CustomerHistory("p2", _EVENTS, {"city": "Graz", "age": 40}),
    CustomerHistory("p3", (), {"city": "Graz"}),
)
"""Fixed histories that show every part of a prompt."""

ROOM: Final = 1_000_000
"""A context that fits every probe, so that digests don't depend on the model's."""


def task_facts(task: Task, tokenizer: Tokenizer, options: PromptOptions, style: Style) -> TaskFacts:
    """What a task's prompts and answers are under these options.

    `prompts` covers template, labels' descriptions, masking, view and chat template: it is made of token ids of fixed
    histories. `schema_digest` covers fields, labels and how open fields are bounded.
    """
    form = AnswerForm(task.output, tokenizer)
    rest = form.write([min(closed.labels) for closed in form.closed], 3)
    answers = [[closed.path, sorted(closed.labels)] for closed in form.closed]  # in any order: it changes no answer
    return TaskFacts(
        name=task.name,
        version=task.version,
        style=style,
        language=options.language,
        mask=options.mask,
        history_tokens=options.history_tokens,
        order=options.order or "shots-first",
        prompts={
            language: _prompt_digest(task, tokenizer, options, style, language)
            for language in LANGUAGES
            if (language, style) in task.templates and options.language in ("auto", language)
        },
        schema_digest=digest([answers, rest if isinstance(rest, str) else rest.text + rest.grammar]),
    )


def with_built_in(
    options: RunOptions, tasks: Sequence[Task], model: ModelFolder, tokenizer: Tokenizer, engine: str
) -> RunOptions:
    """The options with the embedded model's own adapter, for the tasks that it was trained for.

    Nothing changes where the options ask for something else: an adapter or none, shots, the full template, another
    order of blocks, Chinese, or another model. The adapter knows English alone; see `speaks_chinese` of a session.
    """
    prompt = options.prompt
    asked = options.engine.adapters or prompt.shots or prompt.style == "full" or prompt.language == "zh"
    if asked or not find_engine(engine).loads_weights:
        return options
    manifest = read_manifest(built_in_folder())
    if manifest is None or manifest.base.digest != model.digest:
        return options
    facts = {one.name: one for one in manifest.tasks}
    fits = [
        task.name
        for task in tasks
        if task.name in facts and not any(_task_problems(manifest, facts[task.name], task, tokenizer, prompt))
    ]
    return replace(options, engine=replace(options.engine, adapters=dict.fromkeys(fits, BUILT_IN)))


def built_in_orders() -> set[Order]:
    """The orders of blocks that the embedded model's own adapter was trained with: one in each that we made."""
    manifest = read_manifest(built_in_folder())
    return {facts.order for facts in manifest.tasks} if manifest else set()


def follow_manifests(
    options: RunOptions,
    tasks: Sequence[Task],
    model: ModelFolder,
    tokenizer: Tokenizer,
    *,
    heed_parity: bool = True,
) -> RunOptions:
    """The options with style, language and order of blocks as the adapters, or the whole model, were trained with.

    Adapters without a manifest are used with a warning; a model without one is any base model. `heed_parity` False
    leaves the parity gate's result aside, for those who measure it anew.

    Raises:
        ModelError: a manifest speaks against this run, with all that differs; only a warning under `options.force`.
        ConfigError: two adapters want different prompts, which one run can't give.
    """
    check = _Check(options, model, tokenizer, heed_parity)
    pins = {task.name: pin for task in tasks if (pin := check.pin(task)) is not None}
    return replace(options, prompt=_agreed(options.prompt, pins))


@dataclass(frozen=True)
class _Check:
    """A run, against the manifests of what answers its tasks."""

    options: RunOptions
    model: ModelFolder
    tokenizer: Tokenizer
    heed_parity: bool

    def pin(self, task: Task) -> PromptOptions | None:
        """What the task's prompts must be like; None where no manifest speaks of the task."""
        adapter = self.options.engine.adapter(task.name)
        folder = adapter or self.model.path
        manifest = read_manifest(folder) if folder.is_dir() else None
        if manifest is None:
            if adapter and adapter.is_dir():
                self._warn_of_unknown(adapter)
            return None
        facts = next((facts for facts in manifest.tasks if facts.name == task.name), None)
        problems = self._problems(manifest, folder, facts, task)
        kind = "model" if manifest.is_model else "adapter"
        if problems and not self.options.engine.force:
            lines = "\n  - ".join([f"{kind.capitalize()} {str(folder)!r} was not made for this run:", *problems])
            raise ModelError(f"{lines}\nMend that, train it anew, or use --force.")
        for words in [*self._parity_notes(manifest), *problems, *_notes(facts, self.options.prompt)]:
            logger.warning("%s %s: %s", kind, folder.name, words)
        return pinned(self.options, facts).prompt if facts else None

    def _warn_of_unknown(self, adapter: Path) -> None:
        """Say what is known of an adapter that was trained elsewhere."""
        logger.warning("adapter %r has no fewsight.json, so whether it fits this task is not known.", str(adapter))
        if base := other_base(check_adapter(adapter), self.model.name):
            logger.warning(
                "adapter %r names another base in its adapter_config.json, %r, and this run has %r: on any but its "
                "own base it answers at random.",
                str(adapter),
                base,
                self.model.name,
            )

    def _problems(self, manifest: AdapterManifest, folder: Path, facts: TaskFacts | None, task: Task) -> list[str]:
        return [
            *_weight_problems(manifest, folder, self.model, self.options.engine.name),
            *_tokenizer_problems(manifest, self.tokenizer),
            *(_parity_problems(manifest) if self.heed_parity else ()),
            *_task_problems(manifest, facts, task, self.tokenizer, self.options.prompt),
        ]

    def _parity_notes(self, manifest: AdapterManifest) -> Iterator[str]:
        engine = self.options.engine.name
        measured = [part.way for part in manifest.parity.parts] if manifest.parity else []
        if self.heed_parity and engine not in measured and find_engine(engine).loads_weights:
            yield f"whether {engine} answers as training did was never measured; fewsight adapters check does it"


def _agreed(options: PromptOptions, pins: Mapping[str, PromptOptions]) -> PromptOptions:
    """What all adapters pin; a run has one style, language and order."""
    wanted = {name: (pin.style or "compact", pin.language, pin.order) for name, pin in pins.items()}
    if len(set(wanted.values())) > 1:
        each = "; ".join(f"{name}: {', '.join(map(str, pin))}" for name, pin in wanted.items())
        raise ConfigError(
            f"The adapters were trained with different prompts (style, language, order): {each}. "
            "Run these tasks one by one."
        )
    return next(iter(pins.values()), options)


def pinned(options: RunOptions, facts: TaskFacts) -> RunOptions:
    """The options with what the manifest pins: style, language and order of blocks."""
    by_itself = facts.style == "compact" and options.engine.adapter(facts.name) is not None  # what adapters get anyway
    prompt = options.prompt
    followed = replace(
        prompt,
        style=prompt.style or (None if by_itself else facts.style),
        language=facts.language if prompt.language == "auto" else prompt.language,
        order=prompt.order or facts.order,
    )
    return replace(options, prompt=followed)


def _weight_problems(manifest: AdapterManifest, folder: Path, model: ModelFolder, engine: str) -> Iterator[str]:
    weights = model.digest if manifest.is_model else adapter_digest(folder)
    loads_weights = find_engine(engine).loads_weights
    if weights != manifest.weights_digest and (loads_weights or not manifest.is_model):
        yield "its weights are not those that were measured: the files were changed after training"
    if loads_weights and not manifest.is_model and model.digest != manifest.base.digest:
        trained = f"{manifest.base.name} ({manifest.base.digest[:12]})"
        yield f"base model: trained on {trained}, this is {model.name} ({model.digest[:12]})"


def _tokenizer_problems(manifest: AdapterManifest, tokenizer: Tokenizer) -> Iterator[str]:
    if tokenizer.digest != manifest.base.tokenizer_digest:
        yield "tokenizer or chat template differ from those of the training"


def _parity_problems(manifest: AdapterManifest) -> Iterator[str]:
    if manifest.parity is not None and not manifest.parity.passed:
        failed = [part.way for part in manifest.parity.parts if not part.passed] or ["prompts"]
        yield f"the parity gate failed ({', '.join(failed)}): it does not answer in serving as it did in training"


def _task_problems(
    manifest: AdapterManifest, facts: TaskFacts | None, task: Task, tokenizer: Tokenizer, options: PromptOptions
) -> Iterator[str]:
    if facts is None:
        yield f"task: trained for {', '.join(facts.name for facts in manifest.tasks)}, not for {task.name}"
        return
    if facts.version != task.version:
        yield f"task version: trained on {facts.version}, this is {task.version}"
    if options.style not in (None, facts.style):
        yield f"style: trained on {facts.style}, --style is {options.style}"
    if options.order not in (None, facts.order):
        yield f"order: trained on {facts.order}, --order is {options.order}"
    if facts.language != "auto" and options.language not in ("auto", facts.language):
        yield f"language: trained on {facts.language}, --language is {options.language}"
    trained = replace(
        options, language=facts.language, mask=facts.mask, history_tokens=facts.history_tokens, order=facts.order
    )
    now = task_facts(task, tokenizer, trained, facts.style)
    if now.schema_digest != facts.schema_digest:
        yield "answers: the task's fields or labels were changed after training"
    if changed := [language for language, prompt in facts.prompts.items() if now.prompts.get(language) != prompt]:
        yield f"prompt ({', '.join(changed)}): its template, its words or how histories are shown were changed"


def _notes(facts: TaskFacts | None, options: PromptOptions) -> Iterator[str]:
    if facts is None:
        return
    if options.shots:
        yield f"trained without shots, and --shots is {options.shots}"
    if options.mask != facts.mask:
        yield f"trained with{'' if facts.mask else 'out'} masking, and this run is with{'' if options.mask else 'out'}"
    if options.history_tokens != facts.history_tokens:
        yield f"trained with --history-tokens {facts.history_tokens}, and this run has {options.history_tokens}"


def _prompt_digest(task: Task, tokenizer: Tokenizer, options: PromptOptions, style: Style, language: Language) -> str:
    order = options.order or "shots-first"
    asked = replace(options, style=style, language=language, order=order, shots=0)
    preparer = Preparer([task], {}, RunOptions((task.name,), asked), tokenizer, ROOM)
    masked = [preparer.mask(probe).history for probe in PROBES]
    items = preparer.items(masked, order, [task.name])
    return digest([list(item.prompt.token_ids) for item in items])
