"""Whose traces are looked for: a customer's id, and the keys that stand for it in runs."""

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from fewsight.export.spreadsheet import harmless
from fewsight.masking import PSEUDONYMS, CustomerKeys
from fewsight.tables.quarantine import LONGEST_VALUE

COLUMNS: Final = ("customer_id", "customer")
"""The columns and keys by which tables and rows of JSON name their customer."""

SEPARATOR: Final = "\x1f"
"""Stands in the ledgers of evaluations between a row's part, its id and its content."""


@dataclass(frozen=True)
class Who:
    """A customer: `ids` are the id and its keys, `rows` the ids of labelled rows by the folder of their evaluation."""

    ids: frozenset[str]
    rows: Mapping[Path, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, customer: str, folders: Iterable[Path]) -> "Who":
        """The customer by this id, with the keys of all runs in these folders."""
        keys = {CustomerKeys.of_run(folder).of(customer) for folder in folders if (folder / PSEUDONYMS).exists()}
        return cls(frozenset({customer, *keys}))

    def owns(self, row: Any) -> bool:  # noqa: ANN401 - a row of any file
        """Whether a row is the customer's: a mapping with a column of ours, or a line of pseudonyms."""
        if isinstance(row, Mapping):
            return any(self.is_id(row.get(name)) for name in COLUMNS)
        return isinstance(row, list) and len(row) > 1 and isinstance(row[1], dict) and self.is_id(row[0])

    def is_id(self, cell: Any) -> bool:  # noqa: ANN401 - a cell
        """Whether a cell is the id, as it stands in files: cut, or with the mark that keeps it from running."""
        return cell is not None and str(cell) in self._written

    def owns_result(self, customer_id: str, ledger: Path) -> bool:
        """Whether a customer of a ledger is this one, or a labelled row of theirs in an evaluation."""
        _, _, rest = customer_id.partition(SEPARATOR)
        row = rest.partition(SEPARATOR)[0]
        return customer_id in self.ids or (bool(row) and any(row in self.rows.get(one, ()) for one in ledger.parents))

    def is_named_in(self, content: bytes) -> bool:
        """Whether the id stands somewhere as a word, also as HTML or JSON would write it."""
        return self._pattern.search(content) is not None

    @cached_property
    def _written(self) -> frozenset[str]:
        cut = {one[:LONGEST_VALUE] for one in self.ids}
        return frozenset({*self.ids, *cut, *map(harmless, self.ids)})

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        forms = {form for one in self.ids for form in (one, html.escape(one), json.dumps(one)[1:-1])}
        words = b"|".join(re.escape(form.encode("utf-8", "surrogatepass")) for form in sorted(forms))
        return re.compile(rb"(?<![0-9A-Za-z_])(?:" + words + rb")(?![0-9A-Za-z_])")
