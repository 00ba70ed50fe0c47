"""Tables in, customer histories out: CSV, JSON, Parquet, spreadsheets, SQL and pandas, streamed in bounded memory."""

from fewsight.tables.histories import Counts, Histories, HistorySource, open_histories
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.sources.inputs import TableLike
from fewsight.tables.usable import check_usable
from fewsight.tables.work_folder import WorkFolder

__all__ = [
    "ColumnMapping",
    "Counts",
    "Histories",
    "HistorySource",
    "TableLike",
    "WorkFolder",
    "check_usable",
    "open_histories",
]
