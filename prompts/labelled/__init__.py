"""Labelled rows: read from files, split, shown as shots. Training, evaluation and prompts read the same rows here.

Other rooms use the names below; task folders are read with `lines` and `shots`, new ones are written with `intake`.
"""

from fewsight.prompts.labelled.gold import GoldRow, label_counts, rows_digest
from fewsight.prompts.labelled.gold_file import GoldFile, read_gold
from fewsight.prompts.labelled.near_duplicates import NearDuplicate, near_duplicates
from fewsight.prompts.labelled.pools import load_pool
from fewsight.prompts.labelled.split import check_split, count_labels, groups_of, split_rows

__all__ = [
    "GoldFile",
    "GoldRow",
    "NearDuplicate",
    "check_split",
    "count_labels",
    "groups_of",
    "label_counts",
    "load_pool",
    "near_duplicates",
    "read_gold",
    "rows_digest",
    "split_rows",
]
