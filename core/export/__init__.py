"""Insights as files for other tools.

Others use `export`, and `CsvWriter` for any other table that is written as CSV.
"""

from fewsight.export.spreadsheet import CsvWriter
from fewsight.export.writing import FORMATS, Format, Restore, export, to_frame

__all__ = ["FORMATS", "CsvWriter", "Format", "Restore", "export", "to_frame"]
