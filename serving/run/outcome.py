"""What a run gives back to a program: its insights, as objects, as a table, and as a card in a notebook."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.export import to_frame
from fewsight.insight import Insight
from fewsight.ledger import Ledger
from fewsight.masking import PSEUDONYMS, PseudonymFile, with_own_id
from fewsight.serving.run.plan import RUN_NAME
from fewsight.serving.run.summary import RunSummary

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Run:
    """A finished (or stopped) run: its folder, and what was done in this call."""

    folder: Path
    summaries: tuple[RunSummary, ...]
    _keep: Any = None

    @property
    def insights(self) -> list[Insight]:
        """All insights of the run's folder, in the order of customers, under the ids of the table."""
        return list(self)

    def __iter__(self) -> Iterator[Insight]:
        with Ledger.open(self.folder, read_only=True) as ledger, ExitStack() as stack:
            path = self.folder / PSEUDONYMS
            file = stack.enter_context(PseudonymFile(path)) if path.exists() else None
            for insight in ledger.insights(run=RUN_NAME):
                yield with_own_id(insight, file) if file else insight

    def to_pandas(self, *, nested: bool = False) -> "pd.DataFrame":
        """One row for each (customer, task), with the columns of an export.

        customer_id, task, as_of and status come first; then a column `answer.<field>` for each field and
        `probability.<field>` for the confidence in each chosen label, empty in rows of other tasks; then evidence
        and error. With `nested` also the whole answer, all probabilities and the provenance, as mappings.
        """
        return to_frame(self, nested=nested)

    def _repr_html_(self) -> str:
        """A card in notebooks: how many insights there are, by task and label."""
        from fewsight.pages.insights import run_card

        title = "Run" if self._keep is not None else f"Run {self.folder.name}"
        return run_card(self, title, is_stopped=any(summary.stopped for summary in self.summaries))
