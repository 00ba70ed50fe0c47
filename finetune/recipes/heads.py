"""The recipe of the heads that answer beside the built-in adapter: `python -m fewsight.finetune.recipes.heads --help`.

A head for each closed field of the four built-in tasks learns from customers that some authors wrote and, at a low
weight, from the sample shop. What it reads, how it is regularised and how it counts beside the adapter is chosen on
customers of another author. The adapter's probabilities are kept beside --out, so after a new adapter the same command
asks the adapter anew, and nothing else has to be done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import numpy as np

from fewsight.adapter_manifest import read_manifest
from fewsight.console import echo
from fewsight.digest import digest
from fewsight.errors import ModelError
from fewsight.files import write_text
from fewsight.finetune.recipes.head_fitting import Choice, Rows, choose, pooled, refitted
from fewsight.finetune.recipes.head_report import FieldResult, report
from fewsight.finetune.recipes.head_rows import (
    SHOP,
    AdapterShares,
    Example,
    NoHistories,
    examples,
    rows_digest,
    shop_examples,
)
from fewsight.finetune.recipes.head_vectors import KeptVectors
from fewsight.notices import show_notices
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.task import Task
from fewsight.serving.answerers.encoders import lazy_encode
from fewsight.serving.answerers.features import FEATURES, VIEWS
from fewsight.serving.answerers.heads import Reader, columns, probabilities
from fewsight.serving.answerers.heads_file import Head, HeadsManifest, TaskHeads, write_heads
from fewsight.serving.answerers.stored import EncoderFacts, tensor_name
from fewsight.serving.models.names import DEFAULT_EMBEDDING, resolve_embedding_model
from fewsight.serving.run.options import BARE, built_in_folder, make_options
from fewsight.serving.run.session import Session, open_session
from fewsight.statistics.arrays import Floats

TASKS: Final = ("intent", "sentiment", "churn_reason", "persona")
PART_WEIGHT: Final = 0.5
"""Of a row that is part of another one."""

SHOP_WEIGHT: Final = 0.1
"""Of a customer of the sample shop, whose sentences come from templates."""

READ: Final = tuple(VIEWS)


@dataclass(frozen=True)
class Recipe:
    """What all tasks share: the session of the adapter, the reader of histories, authors, and the folder of files."""

    session: Session
    reader: Reader
    shares: AdapterShares
    data: Path | None
    fit: tuple[str, ...]
    choose: str
    report: str | None
    work: Path

    def task(self, task: Task) -> tuple[TaskHeads, dict[str, Floats], list[FieldResult]]:
        """The heads of a task, their weights, and what they do on the author of the report."""
        learned = examples(self.session, task, self.data, self.fit, self.work)
        learned += shop_examples(self.session, task, self.work)
        fit = _Told.of(self.reader, learned)
        chosen = self._whole(task, self.choose)
        judged = self._whole(task, self.report) if self.report else None
        heads, weights, results = {}, {}, []
        for field in closed_fields(task.output):
            rows = chosen.told.rows(field)
            choice = choose(fit.rows(field), rows, chosen.adapter(field), READ)
            echo(f"{task.name} {field.path}: {choice}")
            tensor = refitted(fit.rows(field), choice, READ, len(field.labels))
            if judged is not None:
                results.append(_result(task, field, judged, tensor, choice))
            if choice.weight:
                weights[tensor_name(task.name, field.path)] = tensor
                heads[field.path] = _head(field, choice, len(rows.gold))
        return TaskHeads(version=task.version, fields=heads), weights, results

    def _whole(self, task: Task, author: str) -> "_Asked":
        rows = [row for row in examples(self.session, task, self.data, (author,), self.work) if row.is_whole]
        return _Asked(_Told.of(self.reader, rows), self.shares.of(task, author, rows))


@dataclass(frozen=True)
class _Told:
    """Rows with their features."""

    examples: Sequence[Example]
    features: Floats

    @classmethod
    def of(cls, reader: Reader, rows: Sequence[Example]) -> "_Told":
        return cls(rows, reader.features([row.history for row in rows], READ))

    def rows(self, field: ClosedField) -> Rows:
        """Those that give a field."""
        given = [i for i, row in enumerate(self.examples) if field.path in row.values]
        labels = [field.label_of(self.examples[i].values[field.path]) for i in given]
        gold = np.array([field.labels.index(label) for label in labels])
        weights = np.array([_weight(self.examples[i]) for i in given])
        return Rows(self.features[given], gold, weights)


@dataclass(frozen=True)
class _Asked:
    """Rows, and what the adapter says of them."""

    told: _Told
    shares: Sequence[Mapping[str, Mapping[str, float]]]

    def adapter(self, field: ClosedField) -> Floats:
        rows = zip(self.told.examples, self.shares, strict=True)
        given = [shares[field.path] for row, shares in rows if field.path in row.values]
        return np.array([[shares[label] for label in field.labels] for shares in given])


def _weight(row: Example) -> float:
    if row.source == SHOP:
        return SHOP_WEIGHT
    return 1.0 if row.is_whole else PART_WEIGHT


def _head(field: ClosedField, choice: Choice, rows: int) -> Head:
    measured = (choice.adapter, choice.head, choice.both)
    return Head(
        labels=field.labels,
        views=choice.views,
        weight=choice.weight,
        temperature=choice.temperature,
        regularisation=choice.regularisation,
        rows=rows,
        right=tuple(round(one.right, 4) for one in measured),
        log_loss=tuple(round(one.log_loss, 4) for one in measured),
    )


def _result(task: Task, field: ClosedField, judged: _Asked, tensor: Floats, choice: Choice) -> FieldResult:
    rows, adapter = judged.told.rows(field), judged.adapter(field)
    head = probabilities(tensor, columns(rows.features, READ, choice.views))
    both = pooled(adapter, head, choice.weight) if choice.weight else adapter
    right = [one.argmax(axis=1) == rows.gold for one in (adapter, head, both)]
    customers = [row.id for row in judged.told.examples if field.path in row.values]
    return FieldResult(task.name, field.path, tuple(customers), right[0], right[1], right[2])


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of more customers.")
@click.option("--fit", required=True, metavar="AUTHOR,...", help="Whose customers the heads learn from.")
@click.option("--choose", "chosen_on", required=True, metavar="AUTHOR", help="On whose customers all else is chosen.")
@click.option("--report", "reported", metavar="AUTHOR", help="Whose customers are reported on; look at them once.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the heads; rows go beside it.")
def main(data: Path | None, fit: str, chosen_on: str, reported: str | None, out: Path) -> None:
    """Fit the built-in heads, from authors of finetune/recipes/customers and of --data (written/*.jsonl)."""
    show_notices()
    encoder = resolve_embedding_model(DEFAULT_EMBEDDING)
    tasks = tuple(load_task(name) for name in TASKS)
    session = open_session(make_options(TASKS, heads=BARE), NoHistories(), tasks)
    adapter = read_manifest(built_in_folder())
    if adapter is None or len(session.options.engine.adapters) < len(TASKS):
        raise ModelError("The built-in adapter does not fit the tasks as they are now; train it first.")
    work = out.with_name(f"{out.name}.rows")
    work.mkdir(parents=True, exist_ok=True)
    shares = AdapterShares(session, work)
    authors = tuple(fit.split(","))
    encode = KeptVectors(lazy_encode(encoder.path), work / f"{encoder.digest[:12]}.safetensors")
    recipe = Recipe(session, Reader(encode), shares, data, authors, chosen_on, reported, work)
    parts = [recipe.task(task) for task in tasks]
    shares.close()
    manifest = HeadsManifest(
        features=FEATURES,
        encoder=EncoderFacts(name=encoder.name, digest=encoder.digest),
        adapter=adapter.weights_digest,
        languages=("en",),
        weights_digest="",
        rows_digest=digest(rows_digest(data, (*authors, chosen_on))),
        fitted_on=authors,
        chosen_on=(chosen_on,),
        tasks={task.name: heads for task, (heads, _, _) in zip(tasks, parts, strict=True) if heads.fields},
    )
    write_heads(out, manifest, {name: weights for _, each, _ in parts for name, weights in each.items()})
    if reported:
        table = report([one for _, _, results in parts for one in results])
        write_text(out.with_name(f"{out.name}.report.md"), table)
        echo(table)


if __name__ == "__main__":
    main()
