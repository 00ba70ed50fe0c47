"""Histories to work items: masked, cut to the budget, rendered and tokenised."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fewsight.errors import TaskError
from fewsight.events import CustomerHistory
from fewsight.language import guess_language
from fewsight.masking import Masked, Pseudonymizer, detectors
from fewsight.prompts.answer.fields import closed_fields, given_values
from fewsight.prompts.answer.form import AnswerForm
from fewsight.prompts.render import Order, Prompt, Renderer
from fewsight.prompts.selection.selectors import ShotSelector
from fewsight.prompts.task import LANGUAGES, STYLES, Language, Shot, Task
from fewsight.prompts.view import MAX_TEXT, View, by_importance, view
from fewsight.serving.run.options import RunOptions
from fewsight.tokenizer import Tokenizer

ANSWER_ROOM = 512
"""Tokens kept free for the answer's closed fields and JSON, besides what is generated."""

LEAST_TEXT = 32
"""Texts are not cut to fewer characters than about this many."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question about one customer, ready to be answered.

    `history` is as the model may see it, `seen` its digest.
    """

    customer_id: str
    history: CustomerHistory
    task: str
    language: Language
    prompt: Prompt
    events: int
    event_map: dict[str, str]
    shots: tuple[str, ...]
    left_out: int
    cut: int
    warnings: tuple[str, ...]
    template: str
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    view: View
    block: str
    warnings: tuple[str, ...]


class Preparer:
    """Prepares items for all tasks of a run.

    Args:
        tasks: the tasks, their shots masked or not as they should be shown.
        selectors: a shot selector for each task, by name; none where no shots are shown.
        options: of the run, with `as_of` settled.
        tokenizer: of the model that answers.
        max_model_len: longest prompt plus answer in tokens.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        selectors: dict[tuple[str, Language], ShotSelector],
        options: RunOptions,
        tokenizer: Tokenizer,
        max_model_len: int,
    ) -> None:
        self.tasks = {task.name: task for task in tasks}
        self._all = tuple(tasks)
        self._selectors = selectors
        self._options, self._prompt = options, options.prompt
        self.tokenizer = tokenizer
        self._max_model_len = max_model_len
        self._pseudonymizer = Pseudonymizer(detectors=detectors(presidio=options.prompt.presidio))
        self._renderers: dict[tuple[str, Language], Renderer] = {}
        self.forms = {task.name: AnswerForm(task.output, tokenizer) for task in tasks}

    def mask(self, history: CustomerHistory, moment: datetime | None = None) -> Masked:
        """The history as the model may see it, and the map back. It is cut to the moment (`as_of` of the run) first: a
        number that a later event gives away as an order's would be masked in earlier ones too.
        """
        history = history.as_of(moment or self._options.as_of)
        if not self._prompt.mask:
            return Masked(history, {})
        return self._pseudonymizer.mask(history)

    def items(self, histories: Sequence[CustomerHistory], order: Order, tasks: Sequence[str]) -> list[Item]:
        """Items for what `mask` made of histories, task by task for each customer."""
        languages = [self.language(history) for history in histories]
        chosen = {name: self._shots(name, histories, languages) for name in tasks}
        return [
            self._item(history, languages[i], self.tasks[name], chosen[name][i], order)
            for i, history in enumerate(histories)
            for name in tasks
        ]

    def renderer(self, task: str, language: Language) -> Renderer:
        """The renderer of a task in a language."""
        if (task, language) not in self._renderers:
            style = self._options.style(task)
            self._renderers[task, language] = Renderer(self.tasks[task], self.tokenizer, language, style)
        return self._renderers[task, language]

    def language(self, history: CustomerHistory) -> Language:
        """The language that the options name, else the one of its newest texts."""
        if self._prompt.language != "auto":
            return self._prompt.language
        language = guess_language(" ".join(event.text for event in history.events[-20:] if event.text)[:4000])
        common = [
            lang for lang in LANGUAGES if all((lang, style) in t.templates for style in STYLES for t in self._all)
        ]
        return language if language in common or not common else common[0]

    def _shots(
        self, task: str, histories: Sequence[CustomerHistory], languages: Sequence[Language]
    ) -> list[tuple[Shot, ...]]:
        chosen: list[tuple[Shot, ...]] = [()] * len(histories)
        for language in set(languages):
            selector = self._selectors.get((task, language))
            places = [i for i, other in enumerate(languages) if other == language]
            if selector is None:
                continue
            picked = selector.select([histories[i] for i in places], self._prompt.shots)
            for i, shots in zip(places, picked, strict=True):
                chosen[i] = shots
        return chosen

    def _item(
        self, history: CustomerHistory, language: Language, task: Task, shots: tuple[Shot, ...], order: Order
    ) -> Item:
        renderer = self.renderer(task.name, language)
        limit = self._max_model_len - ANSWER_ROOM - self._options.decoding.max_tokens
        warnings: tuple[str, ...] = ()
        shown = self._fit(history, renderer, self._prompt.history_tokens)
        prompt = renderer.prompt(shown.block, shots, order)
        asked = len(shots)
        while shots and len(prompt.token_ids) > limit:
            shots = shots[1:]  # the least similar one stands first, but for --shot-order shared
            prompt = renderer.prompt(shown.block, shots, order)
        if asked > len(shots):
            warnings += (f"{asked - len(shots)} of {asked} shots did not fit in the context and were left out",)
        over = len(prompt.token_ids) - limit
        if over > 0:
            room = len(self.tokenizer.encode(shown.block)) - over
            shown = self._fit(history, renderer, max(room, 0))
            prompt = renderer.prompt(shown.block, shots, order)
        return Item(
            customer_id=history.customer_id,
            history=history,
            task=task.name,
            language=language,
            prompt=prompt,
            events=len(shown.view.events),
            event_map=shown.view.event_map,
            shots=tuple(shot.id for shot in shots),
            left_out=shown.view.left_out,
            cut=shown.view.cut,
            warnings=(*warnings, *shown.warnings),
            template=renderer.name,
        )

    def _fit(self, history: CustomerHistory, renderer: Renderer, budget: int) -> _Shown:
        """The history block of at most `budget` tokens: all events, or the most telling ones that fit."""
        full = view(history, renderer.language)
        block = renderer.history(full)
        size = self._size(block, budget)
        if size <= budget:
            return _Shown(full, block, _cut_warning(full))
        order = by_importance(history.events)
        low, high = 0, len(order)
        best = view(history, renderer.language, keep=[])
        block = renderer.history(best)
        while low < high:  # the largest number of events that fits
            middle = (low + high + 1) // 2
            shown = view(history, renderer.language, keep=sorted(order[:middle]))
            text = renderer.history(shown)
            if self._size(text, budget) <= budget:
                low, best, block = middle, shown, text
            else:
                high = middle - 1
        most = MAX_TEXT
        while order and not low and (most := most // 2) >= LEAST_TEXT:  # not even one event fits: cut its text
            best = view(history, renderer.language, keep=order[:1], most=most)
            block = renderer.history(best)
            low = self._size(block, budget) <= budget
        return _Shown(best, block, _cut_warning(best))

    def _size(self, block: str, budget: int) -> int:
        """Tokens of a block; texts that can't be over the budget are not counted exactly."""
        if len(block.encode()) <= budget:
            return len(block)
        return len(self.tokenizer.encode(block))


def warning_kind(warning: str) -> str:
    """A warning without the count that it begins with, so that equal ones can be counted."""
    return warning.lstrip("0123456789 ")


def _cut_warning(shown: View) -> tuple[str, ...]:
    warnings = []
    if shown.left_out:
        warnings.append(f"{shown.left_out} older or less telling events were left out to fit the budget")
    if shown.cut:
        warnings.append(f"{shown.cut} characters were cut from long texts")
    return tuple(warnings)


def check_labels(task: Task, shots: Sequence[Shot]) -> None:
    """Refuse shots that belong to another task.

    Raises:
        TaskError: a shot lacks the task's first closed field.
    """
    fields = closed_fields(task.output)
    if not fields:
        return
    first = fields[0].path
    for shot in shots:
        if first not in given_values(shot.answer, task.output):
            raise TaskError(f"Shot {shot.id!r} has no field {first!r}; is it of another task than {task.name!r}?")


def masked_shots(shots: Sequence[Shot], *, presidio: bool = False) -> tuple[Shot, ...]:
    """Shots with identifiers replaced, in a namespace of their own."""
    pseudonymizer = Pseudonymizer("SHOT", detectors(presidio=presidio))
    return tuple(replace(shot, history=pseudonymizer.mask(shot.history).history) for shot in shots)
