"""Rows of a table that are worth a label next, as lines to label."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fewsight.errors import NothingUsableError
from fewsight.evals.fitting.rows import read_rows
from fewsight.evals.labelling.choosing import next_rows
from fewsight.evals.labelling.committee import disagreement, head_members, likeliest, opinions, unit_vectors
from fewsight.evals.labelling.rows import gold_row, read_labelled, row_record, sampled, unlabelled
from fewsight.masking import Pseudonymizer
from fewsight.prompts.task import Task
from fewsight.serving.answerers.base import Answerer
from fewsight.serving.answerers.built_in import built_in_heads
from fewsight.serving.answerers.encoders import find_encoder
from fewsight.serving.answerers.opened import open_answerer
from fewsight.tables import Histories


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many rows, out of how many candidates, drawn by which seed; files of labelled rows; who is asked beside label
    names and a head on the labelled rows; and the encoder that reads."""

    rows: int = 20
    train: tuple[Path, ...] = ()
    answerer: Path | None = None
    encoder: str = "minilm"
    candidates: int = 2000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """Lines to label, the most telling first; how many rows they were chosen from, how many are labelled, and who was
    asked."""

    rows: list[dict[str, Any]]
    candidates: int
    labelled: int
    members: tuple[str, ...]


def propose(task: Task, histories: Histories, wanted: Wanted) -> Proposal:
    """Choose rows that no labelled row asks the same as. Equal input gives equal rows.

    Raises:
        NothingUsableError: every row of the table has a label.
        InputError, MappingError, TaskError: labelled rows can't be read.
        ModelError: the encoder or the answerer is not here, or is of another task.
    """
    gold = read_labelled(wanted.train, task)
    pool = sampled(unlabelled(histories, histories.newest, gold), wanted.candidates, wanted.seed)
    if not pool:
        raise NothingUsableError(f"Nothing is left to label: all {len(histories):,} rows of the table have labels.")
    masked = [Pseudonymizer().mask(history).history for history in pool]
    _, encode = find_encoder(wanted.encoder)
    read = read_rows([*gold, *(gold_row(history, is_masked=True) for history in masked)], encode)
    heads = built_in_heads(task)
    others: dict[str, Answerer] = {"built-in heads": heads} if heads else {}
    if wanted.answerer:
        others["answerer"] = open_answerer(wanted.answerer, task)
    labelled = replace(read, rows=gold, features=read.features[: len(gold)], customers=read.customers[: len(gold)])
    told = opinions(task, masked, head_members(task, labelled if gold else None, encode), others)
    apart, vectors = disagreement(told, len(pool)), unit_vectors(read)
    chosen = next_rows(vectors[len(gold) :], apart, vectors[: len(gold)], wanted.rows, wanted.seed)
    likely, named = likeliest(task, told), histories.names_customers
    rows = []
    for place in chosen:
        known = {"likely": likely[place]} if likely else {}
        note = {"task": task.name, "disagreement": round(float(apart[place]), 4), **known}
        rows.append(row_record(pool[place], {}, note, has_customer=named))
    return Proposal(rows, len(pool), len(gold), tuple(told))
