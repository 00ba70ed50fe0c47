"""Insights as files for other tools.

Others use `export`, as named here.
"""

from fewsight.export.writing import FORMATS, Format, Restore, export, to_frame

__all__ = ["FORMATS", "Format", "Restore", "export", "to_frame"]
