"""What is known of a customer besides the state: facts of a table with their formulas, and insights of a run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fewsight.answers import label_text
from fewsight.errors import InputError
from fewsight.ledger import Ledger
from fewsight.masking import CustomerKeys

_HIDDEN: Final = ("customer_id", "as_of")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as a page shows it."""

    name: str
    text: str
    formula: str


@dataclass(frozen=True, slots=True)
class Sign:
    """What a run says of one field of a task: as of when, the label, and how sure it is where it says so."""

    as_of: str
    name: str
    label: str
    probability: float | None


class Known:
    """Facts and insights by customer; both may be missing.

    Args:
        facts: a .jsonl file of `fewsight facts`, with its dictionary beside it.
        run: the folder of a run.

    Raises:
        InputError: the file can't be read.
        LedgerError: there is no ledger in the run, or it is damaged.
    """

    def __init__(self, facts: Path | None = None, run: Path | None = None) -> None:
        self._facts = _read_facts(facts) if facts else {}
        self._signs = _read_signs(run) if run else {}
        self._keys = CustomerKeys.of_run(run) if run else None

    def facts(self, customer_id: str) -> list[Fact]:
        """The facts that are known."""
        return self._facts.get(customer_id, [])

    def signs(self, customer_id: str) -> list[Sign]:
        """What the run says, newest moment first."""
        return self._signs.get(self._keys.of(customer_id), []) if self._keys else []


def _read_facts(path: Path) -> dict[str, list[Fact]]:
    try:
        about = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))["facts"]
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        named = {fact["name"]: fact for fact in about}
        return {str(row["customer_id"]): _facts(row, named) for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{str(path)!r} is no table of facts; write one with `fewsight facts -o facts.jsonl`."
        ) from error


def _facts(row: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]]) -> list[Fact]:
    known = {name: value for name, value in row.items() if value is not None and name in named and name not in _HIDDEN}
    return [
        Fact(name.replace("_", " "), _text(value, named[name]["unit"]), named[name]["words"])
        for name, value in known.items()
    ]


def _text(value: Any, unit: str) -> str:  # noqa: ANN401 - any value of a table
    if isinstance(value, float):
        return f"{value:,.2f} {unit}".rstrip()
    return (f"{value:,} {unit}" if type(value) is int else str(value)).rstrip()


def _read_signs(run: Path) -> dict[str, list[Sign]]:
    signs: dict[str, list[Sign]] = {}
    with Ledger.open(run, read_only=True) as ledger:
        for insight in ledger.insights():
            if insight.status != "ok" or insight.answer is None:
                continue
            moment = f"{insight.as_of:%Y-%m-%d}" if insight.as_of else ""
            for path, labels in insight.probabilities.items():
                label = max(labels, key=lambda name: labels[name], default=None)
                if label is not None:
                    sign = Sign(moment, f"{insight.task} {path}", label_text(label), labels[label])
                    signs.setdefault(insight.customer_id, []).append(sign)
    return {customer: sorted(each, key=lambda sign: sign.as_of, reverse=True) for customer, each in signs.items()}
