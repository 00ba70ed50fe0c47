"""Items and options for an answerer that needs no language model: nothing is rendered, as nobody reads a prompt."""

from collections.abc import Sequence
from dataclasses import replace

from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory
from fewsight.prompts.render import Order, Prompt
from fewsight.prompts.task import Task
from fewsight.serving.answerers.opened import OpenAnswerer
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.run.answerer.engine import ROOM, SPEC, Bytes
from fewsight.serving.run.answerer.opinions import history_digest
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.prepare import Item, Preparer


class Unprompted(Preparer):
    """Prepares items without prompts; they differ in their histories alone.

    Args:
        task: that is answered.
        options: of the run, with `as_of` settled.
    """

    def __init__(self, task: Task, options: RunOptions) -> None:
        super().__init__([task], {}, options, Bytes(), ROOM)

    def items(
        self,
        histories: Sequence[CustomerHistory],
        order: Order,  # noqa: ARG002 - there are no blocks
        tasks: Sequence[str],
    ) -> list[Item]:
        """An item for each history and task."""
        return [self._unprompted(history, self.tasks[name]) for history in histories for name in tasks]

    def _unprompted(self, history: CustomerHistory, task: Task) -> Item:
        language = self.language(history)
        return Item(
            customer_id=history.customer_id,
            history=history,
            task=task.name,
            language=language,
            prompt=Prompt("", (), history_digest(history), ()),
            events=len(history.events),
            event_map={},
            shots=(),
            left_out=0,
            cut=0,
            warnings=(),
            template=f"{task.name}.unprompted.{language}.{task.version}",
        )


def without_model(options: RunOptions, answerer: OpenAnswerer) -> tuple[RunOptions, ModelFolder]:
    """The options of a run that no engine takes part in, and what stands in the model's place.

    Raises:
        ConfigError: the options ask for an engine, an adapter or examples, which nobody would read.
    """
    engine, prompt = options.engine, options.prompt
    useless = {
        f"--engine {engine.name}": engine.name not in ("auto", SPEC.name),
        "--adapter": bool(engine.adapters),
        f"--shots {prompt.shots}": prompt.shots > 0,
    }
    if named := [words for words, holds in useless.items() if holds]:
        raise ConfigError(
            f"{' and '.join(named)} would have no effect: answerer {answerer.manifest.name!r} needs no language model "
            "for this task. Leave it out."
        )
    what = ", ".join(part.kind for part in answerer.manifest.parts.values())
    note = f"{what}; no language model"
    model = ModelFolder(answerer.manifest.name, answerer.folder, answerer.manifest.digest, note)
    return replace(options, engine=replace(engine, name=SPEC.name, dtype="float32")), model
