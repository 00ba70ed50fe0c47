"""Labelled rows as arrays that parts are fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fewsight.evals.predictions.rows import cluster_codes
from fewsight.events import CustomerHistory
from fewsight.masking import Pseudonymizer
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.labelled import GoldRow
from fewsight.serving.answerers.encoders import Encode
from fewsight.serving.answerers.features import newest_text
from fewsight.serving.answerers.heads import Reader
from fewsight.statistics.arrays import Codes, Floats


@dataclass(frozen=True)
class LearnedRows:
    """Rows to learn from: features of shape [rows, numbers] as serving reads them, and whose rows they are."""

    rows: Sequence[GoldRow]
    views: tuple[str, ...]
    features: Floats
    customers: Codes

    def codes(self, field: ClosedField) -> Codes:
        """Labels of a field, -1 where a row does not give it."""
        return codes_of(self.rows, field)


def codes_of(rows: Sequence[GoldRow], field: ClosedField) -> Codes:
    """Labels of a field by their place, -1 where a row does not give it; shape [rows]."""
    places = {label: place for place, label in enumerate(field.labels)}
    return np.array([_code(row, field, places) for row in rows], dtype=np.int64)


def read_rows(rows: Sequence[GoldRow], encode: Encode) -> LearnedRows:
    """Rows as an encoder reads them, masked as in runs: the text alone where all are bare messages, and otherwise the
    newest text and the whole history.
    """
    histories = [masked(row) for row in rows]
    views = ("newest",) if all(map(_is_bare, histories)) else ("newest", "whole")
    features = Reader(encode).features(histories, views)
    return LearnedRows(rows, views, features, cluster_codes([row.cluster for row in rows]))


def masked(row: GoldRow) -> CustomerHistory:
    """The history as a run shows it."""
    return row.history if row.is_masked else Pseudonymizer().mask(row.history).history


def _is_bare(history: CustomerHistory) -> bool:
    return len(history.events) == 1 and not history.profile and bool(newest_text(history)) and _says_all(history)


def _says_all(history: CustomerHistory) -> bool:
    (event,) = history.events
    return event.kind == "message" and not (event.product or event.amount or event.attributes)


def _code(row: GoldRow, field: ClosedField, places: dict[str, int]) -> int:
    return places[field.label_of(row.values[field.path])] if field.path in row.values else -1
