"""Everything that a run, a dry run and a look at one prompt have in common."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.adapter_manifest import read_manifest
from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory
from fewsight.language import guess_language
from fewsight.prompts.labelled import load_pool
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.render import ORDERS, Order
from fewsight.prompts.selection.nearest import NearestSelector
from fewsight.prompts.selection.selectors import Encoder, ShotSelector, make_selector
from fewsight.prompts.task import LANGUAGES, Language, Shot, Task
from fewsight.serving.answerers.built_in import built_in_fusion
from fewsight.serving.answerers.encoders import lazy_encode
from fewsight.serving.answerers.fusion import Adviser
from fewsight.serving.answerers.opened import OpenAnswerer, open_answerer
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.engines.spec import EngineSpec, StartOptions
from fewsight.serving.models.names import ModelFolder, resolve_embedding_model, resolve_model
from fewsight.serving.models.tokenizer import load_tokenizer
from fewsight.serving.run.advice import adapter_advice, built_in_advice
from fewsight.serving.run.answerer.alone import Unprompted, without_model
from fewsight.serving.run.answerer.engine import SPEC
from fewsight.serving.run.answerer.following import following, require_model
from fewsight.serving.run.answerer.opinions import Chained
from fewsight.serving.run.manifests import follow_manifests, with_built_in
from fewsight.serving.run.options import (
    BARE,
    BUILT_IN,
    EngineOptions,
    PromptOptions,
    RunOptions,
    Similarity,
    built_in_folder,
)
from fewsight.serving.run.plan import cheapest
from fewsight.serving.run.prepare import Preparer, check_labels, masked_shots

if TYPE_CHECKING:
    from fewsight.serving.engines.base import Engine
    from fewsight.tables import HistorySource

logger = logging.getLogger(__name__)

ORDER_SAMPLE = 64
"""Customers on which the arrangement of blocks is chosen."""


@dataclass(frozen=True)
class Group:
    """Tasks that share an adapter, and how to start their engine."""

    tasks: tuple[str, ...]
    adapter: str | None
    adapter_digest: str | None
    start: Callable[[], "Engine"]


@dataclass(frozen=True)
class Session:
    """Tasks, model, engine and preparer for one set of options (`as_of` settled)."""

    options: RunOptions
    engine: EngineSpec
    model: ModelFolder
    tasks: tuple[Task, ...]
    preparer: Preparer
    selectors: Mapping[tuple[str, Language], ShotSelector]
    answerer: OpenAnswerer | None = None

    def digests(self) -> dict[str, Any]:
        """Digests of model, tasks, adapters and heads: a run that is continued must find them as they were."""
        groups = self.groups()
        return {
            "model_digest": self.model.digest,
            "task_digests": {task.name: task.digest for task in self.tasks},
            "adapter_digests": {name: g.adapter_digest for g in groups if g.adapter_digest for name in g.tasks},
            "heads_digests": {task.name: one for task in self.tasks if (one := self.heads_digest(task.name))},
        }

    @cached_property
    def fusion(self) -> Adviser | None:
        """What chooses labels beside the model, or in its place; None where the model answers alone.

        It is the parts of an answerer, after the built-in heads where those answer beside its language model.

        Raises:
            ModelError: the built-in heads do not fit the adapter or the tasks.
        """
        answerer = self.answerer if self.answerer and self.answerer.parts else None
        if answerer is None:
            return self._heads()
        heads = self._heads() if answerer.model else None  # without a language model, all labels are settled
        return Chained(heads, answerer) if heads else answerer

    def _heads(self) -> Adviser | None:
        """The built-in heads, for the tasks that the built-in adapter answers; None where the model answers alone.

        It does where the options ask for no heads, for no probabilities or for examples in the prompt, where another
        model, adapter or a server answers, and where the heads' encoder can't be had.

        Raises:
            ModelError: the built-in heads do not fit the adapter or the tasks.
        """
        options, manifest = self.options, read_manifest(built_in_folder())
        asked = [task for task in self.tasks if options.engine.adapter(task.name) == built_in_folder()]
        wanted = options.engine.heads == BUILT_IN and options.probabilities and not options.prompt.shots
        if not (asked and wanted and self.engine.loads_weights and manifest):
            return None
        return built_in_fusion(asked, manifest.weights_digest) if manifest.base.digest == self.model.digest else None

    def heads_digest(self, task: str) -> str | None:
        """Stands for the heads or parts that answer a task beside the model; None where there are none."""
        digests = (self.fusion.digest(task, language) for language in LANGUAGES) if self.fusion else ()
        return next(filter(None, digests), None)

    def order(self, histories: Iterable[CustomerHistory]) -> Order:
        """The arrangement that the options name; else, without shots, the one that computes fewer tokens on a sample.

        With shots it is shots first: a history in front of them would tear the examples from the question.
        """
        prompt, names = self.options.prompt, [task.name for task in self.tasks]
        if prompt.order is not None:
            return prompt.order
        if prompt.shots or len(names) == 1:
            return "shots-first"
        masked = [self.preparer.mask(history).history for history in islice(histories, ORDER_SAMPLE)]
        arrangements = {order: self.preparer.items(masked, order, names) for order in ORDERS}
        order, _ = cheapest(arrangements, self.engine.prefix_block)
        return order

    def groups(self) -> list[Group]:
        """The tasks by the adapter that they use, in the order in which they were named."""
        by_adapter: dict[Path | None, list[str]] = {}
        for task in self.tasks:
            by_adapter.setdefault(self.options.engine.adapter(task.name), []).append(task.name)
        return [self._group(adapter, tuple(names)) for adapter, names in by_adapter.items()]

    def _group(self, adapter: Path | None, names: tuple[str, ...]) -> Group:
        options = self.options.engine

        def start() -> "Engine":
            return self.engine.start(StartOptions(self.model, adapter, options.dtype, options.base_url))

        if adapter is None:
            return Group(names, None, None, start)
        from fewsight.serving.models.adapters import adapter_digest

        named = str(options.adapters.get(names[0], options.adapters.get("*")))  # 'built-in' is no path of this machine
        return Group(names, named, adapter_digest(adapter), start)


def open_session(
    options: RunOptions,
    histories: "HistorySource",
    tasks: tuple[Task, ...] | None = None,
    *,
    shown_for: str | None = None,
) -> Session:
    """Load tasks, shots, model and tokenizer; settle `as_of` and the engine.

    Args:
        options: of the run.
        histories: the input.
        tasks: task objects, where they were not to be loaded by name.
        shown_for: the engine whose prompts are wanted, where they are only to be looked at.

    Raises:
        ConfigError, TaskError, ModelError: something named in the options is wrong.
    """
    if tasks is None:
        tasks = tuple(load_task(name) for name in options.tasks)
    answerer = open_answerer(Path(options.engine.answerer), tasks[0]) if options.engine.answerer else None
    if answerer is not None:
        options = following(options, answerer)
        if answerer.is_enough_for(tasks[0]):
            return _without_model(options, histories, tasks[0], answerer)
    engine = find_engine(options.engine.name)
    _refuse_adapters(engine, options.engine)
    asked, names = options, tuple(task.name for task in tasks)  # they may have been named by their folders
    runs_on = replace(options.engine, name=engine.name, dtype=engine.dtype(options.engine.dtype))
    options = replace(options, as_of=options.as_of or histories.newest, tasks=names, engine=runs_on)
    model = resolve_model(options.engine.model, need_weights=engine.loads_weights)
    if answerer is not None:
        require_model(answerer, model)
    tokenizer = load_tokenizer(model.path)
    with_adapter = with_built_in(options, tasks, model, tokenizer, shown_for or engine.name)
    worse = [] if shown_for else list(built_in_advice(options, tasks, model, tokenizer, engine.name))
    # The table is read last.
    if (with_adapter != options or worse) and options.prompt.language == "auto" and speaks_chinese(histories):
        with_adapter, worse = options, []
    options = follow_manifests(with_adapter, tasks, model, tokenizer)
    for words in (*worse, *adapter_advice(asked, options)):
        logger.warning("%s", words)
    tasks = tuple(_with_pool(task, options.prompt) for task in tasks)
    for task in tasks:
        _check_threshold(task, options)
    selectors = _selectors(tasks, options)
    preparer = Preparer(tasks, selectors, options, tokenizer, model.max_model_len)
    if selectors and options.prompt.shot_order == "shared":
        _settle(selectors.values(), preparer, histories, options.prompt.shots)
    return Session(options, engine, model, tasks, preparer, selectors, answerer)


def _without_model(options: RunOptions, histories: "HistorySource", task: Task, answerer: OpenAnswerer) -> Session:
    """A session that no engine takes part in."""
    options, stands_in = without_model(options, answerer)
    options = replace(options, as_of=options.as_of or histories.newest, tasks=(task.name,))
    return Session(options, SPEC, stands_in, (task,), Unprompted(task, options), {}, answerer)


def _refuse_adapters(engine: EngineSpec, options: EngineOptions) -> None:
    named = [name for name in options.adapters.values() if name != BARE]
    if named and not engine.takes_adapters:
        raise ConfigError(
            f"--adapter {named[0]!r} can't be used with engine {engine.name!r}: a server applies "
            "its own. Start it with this one merged, or served under a name of its own, or use another engine."
        )


def _settle(
    selectors: Iterable[ShotSelector], preparer: Preparer, histories: Iterable[CustomerHistory], shots: int
) -> None:
    """Choose the examples that many customers share, on a sample of them."""
    sample = [preparer.mask(history).history for history in islice(histories, ORDER_SAMPLE)]
    for selector in selectors:
        if isinstance(selector, NearestSelector):
            selector.settle(sample, shots)


def speaks_chinese(histories: Iterable[CustomerHistory]) -> bool:
    """Whether half or more of the first customers who wrote anything wrote Chinese."""
    texts = (" ".join(event.text for event in one.events if event.text) for one in islice(histories, ORDER_SAMPLE))
    languages = [guess_language(text) for text in texts if text]
    return bool(languages) and 2 * languages.count("zh") >= len(languages)


def _with_pool(task: Task, options: PromptOptions) -> Task:
    shots: tuple[Shot, ...] = load_pool(Path(options.pool), task) if options.pool else task.shots
    check_labels(task, shots)
    if options.shots and not shots:
        raise ConfigError(f"Task {task.name!r} has no shots; name a file of them with --pool, or use --shots 0.")
    return replace(
        task, shots=masked_shots(shots, presidio=options.presidio) if options.mask and options.shots else shots
    )


def _selectors(tasks: Iterable[Task], options: RunOptions) -> dict[tuple[str, Language], ShotSelector]:
    """By task and language; none where no shots are shown."""
    prompt = options.prompt
    if not prompt.shots:
        return {}
    encoder = _encoder(prompt.similarity)
    return {
        (task.name, language): make_selector(
            prompt.selector,
            task.shots_in(language) or task.shots,  # a pool in one language serves the other too
            seed=options.seed,
            as_of=options.as_of,
            encoder=encoder,
            order=prompt.shot_order,
        )
        for task in tasks
        for language in LANGUAGES
    }


@lru_cache(maxsize=1)  # one encoder serves all tasks
def _encoder(similarity: Similarity) -> Encoder | None:
    """Sentence embeddings, loaded when the first shot is chosen; None for TF-IDF."""
    if similarity == "tfidf":
        return None
    return lazy_encode(resolve_embedding_model(similarity).path)


def _check_threshold(task: Task, options: RunOptions) -> None:
    if task.none_of_these and task.none_of_these.threshold is not None and not options.probabilities:
        raise ConfigError(
            f"Task {task.name!r} answers {task.none_of_these.label!r} below a probability of "
            f"{task.none_of_these.threshold}, which needs --probabilities on."
        )
