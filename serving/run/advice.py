"""Options that make answers likely worse: a run says so before it begins."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from fewsight.adapter_manifest import read_manifest
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.run.manifests import built_in_orders, with_built_in
from fewsight.serving.run.options import BUILT_IN, RunOptions
from fewsight.tokenizer import Tokenizer

MEASURED: Final = "of 400 messages to a bank it had 72 % right, the bare model 10 %, with eight examples 6 %"
"""docs/evaluation.md, 'Messages to a bank', arms 'built-in answers', 'zero-shot' and '8 balanced shots'."""


def built_in_advice(
    options: RunOptions, tasks: Sequence[Task], model: ModelFolder, tokenizer: Tokenizer, engine: str
) -> Iterator[str]:
    """Where the examples, the template or the order of blocks that are asked for put the built-in adapter aside."""
    prompt = options.prompt
    against = {
        f"--shots {prompt.shots}": prompt.shots > 0,
        "--style full": prompt.style == "full",
        f"--order {prompt.order}": prompt.order not in (None, *built_in_orders()),
    }
    named = [words for words, holds in against.items() if holds]
    if options.engine.adapters or not named:
        return
    plain = replace(options, prompt=replace(prompt, shots=0, style=None, order=None))
    if fitting := with_built_in(plain, tasks, model, tokenizer, engine).engine.adapters:
        yield (
            f"{' and '.join(named)}: without, the built-in adapter would answer {', '.join(fitting)}, most likely "
            f"better: {MEASURED}. Leave it out, or compare on labelled rows of yours with `fewsight eval`."
        )


def label_advice(tasks: Sequence[Task], shown: Collection[str]) -> Iterator[str]:
    """Where a column that holds a task's labels is among those that the model is shown."""
    for task in tasks:
        if named := [column for column in (task.columns.labels.values() if task.columns else ()) if column in shown]:
            yield (
                f"Column {' and '.join(map(repr, named))} holds the labels of task {task.name!r} and is shown to the "
                "model: answers for such rows say nothing about others. Leave it out of `attributes` in a mapping file."
            )


def adapter_advice(asked: RunOptions, settled: RunOptions) -> Iterator[str]:
    """Where something was asked for (`asked`) that the adapters in use (`settled`) were not measured with."""
    named, temperature = asked.engine.dtype, asked.decoding.temperature
    folders = {settled.engine.adapter(task) for task in settled.tasks}
    manifests = [read_manifest(folder) for folder in folders if folder is not None and folder.is_dir()]
    trained = {manifest.base.dtype for manifest in manifests if manifest is not None}
    if named != "auto" and (other := sorted(trained - {named})):
        yield f"--dtype {named}: the adapter was trained and measured in {', '.join(other)}; close answers may differ."
    if temperature and BUILT_IN in settled.engine.adapters.values():
        yield f"--temperature {temperature:g}: the built-in adapter was measured at 0, which is the likeliest answer."
