"""The record of every answer: cache, resume and audit in one SQLite file.

Others use `Ledger`, `Answer`, `AnswerKey`, `Result` and `Pair`, as named here.
"""

from fewsight.ledger.ledger import Ledger, Pair
from fewsight.ledger.rows import Answer, AnswerKey, Result

__all__ = ["Answer", "AnswerKey", "Ledger", "Pair", "Result"]
