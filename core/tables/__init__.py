"""Tables in, customer histories out: CSV, JSONL, Parquet, SQL and pandas, streamed in bounded memory."""

from fewsight.tables.histories import Counts, Histories, HistorySource, open_histories
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.usable import check_usable

__all__ = ["ColumnMapping", "Counts", "Histories", "HistorySource", "check_usable", "open_histories"]
