"""The parity gate: what was trained answers in every way of serving as it does in training, on held-back rows.

An adapter's answers are compared with PEFT's, unmerged; a whole model's with a plain pass of transformers.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.adapter_manifest import Parity, ParityPart, TaskFacts
from fewsight.errors import ModelError
from fewsight.finetune.gate.scoring import Belief, ModelScorer, believe
from fewsight.finetune.rows.rows import RowMaker
from fewsight.finetune.training.lora import free, load_base
from fewsight.prompts.answer.form import AnswerForm
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.serving.engines.registry import find_engine, installed_engines
from fewsight.serving.engines.spec import StartOptions
from fewsight.serving.models.dtype import Dtype
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.models.tokenizer import FolderTokenizer, load_tokenizer
from fewsight.serving.run.manifests import pinned
from fewsight.serving.run.options import EngineOptions, PromptOptions, RunOptions
from fewsight.serving.run.prepare import Item, Preparer

if TYPE_CHECKING:
    from fewsight.serving.engines.base import Engine

logger = logging.getLogger(__name__)

MOST_DIFFERENCE: Final = 1e-2
"""Mean absolute difference, over rows and fields, of the probability of the label that PEFT chooses."""

LEAST_EQUAL: Final = 0.997
"""Share of labels that must be the same, but for `MOST_TIED` that may be nearly tied."""

MOST_TIED: Final = 0.02
"""Share of labels that may have changed places with one which PEFT finds nearly as probable: in bfloat16 rounding alone
does that. Nearly is within twice `MOST_DIFFERENCE`, and neither label's probability may be off by `MOST_MOVED`."""

MOST_MOVED: Final = 0.05


def installed_ways() -> tuple[str, ...]:
    """The engines that compute with the trained weights here, so that their answers can be compared."""
    return tuple(engine.name for engine in installed_engines() if engine.loads_weights)


@dataclass(frozen=True, slots=True)
class Asked:
    """A task, how its adapter was trained to be asked, and labelled rows to ask it about."""

    task: Task
    facts: TaskFacts
    gold: Sequence[GoldRow]


def check_parity(
    adapter: Path | None,
    model: ModelFolder,
    asked: Sequence[Asked],
    *,
    dtype: Dtype,
    ways: Sequence[str],
) -> tuple[Parity, list[list[Belief]]]:
    """Compare PEFT (without an adapter the plain model) with each engine of `ways` on the rows of all tasks.

    Engines are started one after the other. The reference's own beliefs come back too, one list for each task.

    Raises:
        ModelError: no row can be asked, or the adapter does not fit the model.
        EngineError: an engine can't start, or died.
    """
    tokenizer = load_tokenizer(model.path)
    sides = [_prepared(one, model, tokenizer) for one in asked]
    reference = _reference(adapter, model, sides, dtype)
    parts, equal = [], True
    for way in ways:
        logger.info("parity: %s", way)
        by_task: list[ParityPart] = []
        with _started(way, model, adapter, dtype) as engine:
            for side, beliefs in zip(sides, reference, strict=True):
                served = _served_items(engine, side, adapter)
                equal &= [item.prompt.token_ids for item in served] == [item.prompt.token_ids for item in side.items]
                at_once = engine.capabilities.batch_rows
                answers = believe(engine, served, side.form, beliefs, adapter, at_once=at_once)
                by_task.append(compare(way, beliefs, answers))
        parts.append(worst(by_task))
    rows = sum(len(side.items) for side in sides)
    return Parity(rows=rows, prompts_equal=equal, parts=tuple(parts)), reference


@dataclass(frozen=True, slots=True)
class _Side:
    """A task's rows that fit in the context, with their prompts as training made them."""

    asked: Asked
    kept: list[GoldRow]
    items: list[Item]
    form: AnswerForm


def _prepared(asked: Asked, model: ModelFolder, tokenizer: FolderTokenizer) -> _Side:
    facts = asked.facts
    prompts = PromptOptions(
        style=facts.style,
        language=facts.language,
        order=facts.order,
        mask=facts.mask,
        history_tokens=facts.history_tokens,
    )
    maker = RowMaker(asked.task, prompts, tokenizer, model.max_model_len, seed=0)
    rows = maker.make(asked.gold).rows
    by_id = {row.id: row for row in asked.gold}
    if not rows:
        raise ModelError(
            f"{asked.task.name}: none of {len(asked.gold)} rows fits in the context of {model.name!r}; parity can't be "
            "checked."
        )
    form = maker.preparer.forms[asked.task.name]
    return _Side(asked, [by_id[row.id] for row in rows], [row.item for row in rows], form)


def compare(way: str, reference: Sequence[Belief], served: Sequence[Belief]) -> ParityPart:
    """How far `served` is from the reference, both given the reference's labels."""
    differences, same, tied = [], 0, 0
    for expected, answer in zip(reference, served, strict=True):
        for label, shares, other in zip(expected.chosen, expected.probabilities, answer.probabilities, strict=True):
            differences.append(abs(shares[label] - other[label]))
            taken = max(other, key=other.__getitem__)
            same += taken == label
            tied += taken != label and _is_tied(shares, other, label, taken)
    asked = max(len(differences), 1)
    difference = sum(differences) / asked
    return ParityPart(
        way=way,
        rows=len(reference),
        difference=round(difference, 6),
        equal=round(same / asked, 6) if differences else 1.0,
        tied=round(tied / asked, 6),
        passed=difference <= MOST_DIFFERENCE
        and same + min(tied, MOST_TIED * len(differences)) >= LEAST_EQUAL * len(differences),
    )


def _is_tied(expected: Mapping[str, float], served: Mapping[str, float], label: str, taken: str) -> bool:
    moved = max(abs(expected[one] - served[one]) for one in (label, taken))
    return expected[label] - expected[taken] <= 2 * MOST_DIFFERENCE and moved <= MOST_MOVED


def worst(parts: Sequence[ParityPart]) -> ParityPart:
    """One result for several tasks: each of them must pass, and what is furthest off is told."""
    return ParityPart(
        way=parts[0].way,
        rows=sum(part.rows for part in parts),
        difference=max(part.difference for part in parts),
        equal=min(part.equal for part in parts),
        tied=max(part.tied for part in parts),
        passed=all(part.passed for part in parts),
    )


def _reference(adapter: Path | None, model: ModelFolder, sides: Sequence[_Side], dtype: Dtype) -> list[list[Belief]]:
    logger.info("parity: PEFT, unmerged" if adapter else "parity: the model as it was trained")
    base = load_base(model, dtype)
    trained = base if adapter is None else _adapted(base, adapter, model)
    beliefs = [believe(ModelScorer(trained), side.items, side.form) for side in sides]
    free(trained, base)
    return beliefs


def _adapted(base: Any, adapter: Path, model: ModelFolder) -> Any:  # noqa: ANN401 - PEFT is untyped
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(base, str(adapter), local_files_only=True).eval()
    except (ValueError, RuntimeError, KeyError) as error:
        raise ModelError(f"Adapter {str(adapter)!r} does not fit {model.name!r}: {error}") from error


@contextmanager
def _started(way: str, model: ModelFolder, adapter: Path | None, dtype: Dtype) -> "Iterator[Engine]":
    engine = find_engine(way).start(StartOptions(model, adapter, dtype))
    try:
        yield engine
    finally:
        engine.close()


def _served_items(engine: "Engine", side: _Side, adapter: Path | None) -> list[Item]:
    """Prompts as a run with this adapter, or with the whole model, makes them, with the engine's own tokenizer."""
    task, facts = side.asked.task, side.asked.facts
    options = RunOptions(
        (task.name,),
        PromptOptions(mask=facts.mask, history_tokens=facts.history_tokens),
        EngineOptions(adapters={task.name: str(adapter)} if adapter else {}),
    )
    preparer = Preparer([task], {}, pinned(options, facts), engine.tokenizer, engine.max_model_len)
    masked = [preparer.mask(row.history).history for row in side.kept]
    return preparer.items(masked, facts.order, [task.name])
