"""The record of every answer: cache, resume and audit in one SQLite file.

Others use `Ledger`, `Answer`, `AnswerKey`, `Result`, `Version`, `Pair`, `recorded` and `count_results`, as named here.
"""

from fewsight.ledger.ledger import Ledger, Pair
from fewsight.ledger.recorded import count_results, recorded
from fewsight.ledger.rows import Answer, AnswerKey, Result
from fewsight.ledger.versions import Version

__all__ = ["Answer", "AnswerKey", "Ledger", "Pair", "Result", "Version", "count_results", "recorded"]
