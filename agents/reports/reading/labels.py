"""Customers whose true label is known, by which shares are corrected."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fewsight.agents.reports.reading.records import records
from fewsight.answers import label_text, value_at
from fewsight.errors import InputError
from fewsight.masking import CustomerKeys

CUSTOMER: Final = "customer_id"


def read_labels(path: Path, field: str, keys: CustomerKeys) -> dict[str, str]:
    """True labels by customer (the ledger's ids).

    A line of JSON is a labelled row, as `fewsight label` writes it, with an `answer`; a table has a column that is
    named as the field or as its last part. Of a customer who is there several times the last row counts.

    Raises:
        InputError: the file can't be read, or names no customer or no label.
    """
    labels = {}
    for record in records(path, "labels"):
        if CUSTOMER not in record:
            raise InputError(f"{str(path)!r} has a row without {CUSTOMER}; labelled customers are told by it.")
        value = _value(record, field.partition(".")[2])
        if isinstance(value, str | bool | int):
            labels[keys.of(str(record[CUSTOMER]))] = label_text(value)
    if not labels:
        raise InputError(f"{str(path)!r} holds no label of {field!r}: name it in `answer`, or in a column.")
    return labels


def _value(record: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - any JSON value
    answer = record.get("answer")
    if isinstance(answer, dict):
        return value_at(answer, path)
    return next((record[name] for name in _names(path) if name in record), None)


def _names(path: str) -> Iterator[str]:
    yield from (path, path.rpartition(".")[2], "label")
