"""Reading a whole ledger: counts for a summary, and everything that is wrong with it."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from fewsight.answers import label_text, labelled_values
from fewsight.insight import Insight
from fewsight.ledger.rows import Row, row_is_intact
from fewsight.ledger.versions import count_older, has_tables, older_rows

_LONGEST_LABEL: Final = 64
_MOST_LABELS: Final = 300


@dataclass(slots=True)
class TaskSummary:
    """One task: results by status, and counts by closed field and label over the results that are ok."""

    statuses: Counter[str] = field(default_factory=Counter)
    labels: dict[str, Counter[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Summary:
    """Counts over a ledger.

    Tokens are summed over answers, so an answer that served many results counts once. A task's closed fields are those
    that the caller named; else those with probabilities; else those whose values all look like labels (at most 64
    characters, at most 300 different ones). `results` are the newest versions; `older` counts those before them.
    """

    tasks: dict[str, TaskSummary] = field(default_factory=dict)
    results: int = 0
    older: int = 0
    answers: int = 0
    prompt_tokens: int = 0
    computed_tokens: int = 0
    answer_tokens: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        tasks = {
            name: {"statuses": dict(task.statuses), "labels": {path: dict(n) for path, n in task.labels.items()}}
            for name, task in self.tasks.items()
        }
        return {item.name: getattr(self, item.name) for item in fields(self)} | {"tasks": tasks}


class LabelCounts:
    """Counts labels of one task's insights with bounded memory."""

    def __init__(self, closed: Collection[str] | None = None) -> None:
        self._closed = closed
        self._scored: set[str] = set()
        self._counts: dict[str, Counter[str]] = {}
        self._words: set[str] = set()

    def add(self, insight: Insight) -> None:
        """Count one insight's labels."""
        self._scored.update(insight.probabilities)
        values = labelled_values(insight.answer, insight.probabilities) if insight.answer else {}
        for path, value in values.items():
            is_label = isinstance(value, str | bool) or path in insight.probabilities
            if path not in self._words and is_label and (not self._closed or path in self._closed):
                self._count(path, label_text(value))

    def counts(self) -> dict[str, Counter[str]]:
        """Label counts by closed field."""
        return {
            path: count
            for path, count in self._counts.items()
            if self._closed or not self._scored or path in self._scored
        }

    def _count(self, path: str, word: str) -> None:
        counter = self._counts.setdefault(path, Counter())
        counter[word] += 1
        if not self._closed and (len(word) > _LONGEST_LABEL or len(counter) > _MOST_LABELS):
            self._words.add(path)
            del self._counts[path]


def summarise(
    database: sqlite3.Connection, insights: Iterable[Insight], closed: Mapping[str, Collection[str]]
) -> Summary:
    """Count everything; one pass over the results."""
    summary, counters = Summary(), dict[str, LabelCounts]()
    for insight in insights:
        summary.results += 1
        task = summary.tasks.setdefault(insight.task, TaskSummary())
        task.statuses[insight.status] += 1
        if insight.status == "ok":
            counters.setdefault(insight.task, LabelCounts(closed.get(insight.task))).add(insight)
    for name, counter in counters.items():
        summary.tasks[name].labels = counter.counts()
    summary.older = count_older(database)
    summary.answers, summary.prompt_tokens, summary.computed_tokens, summary.answer_tokens = database.execute(
        "SELECT count(*), ifnull(sum(prompt_tokens), 0), ifnull(sum(computed_tokens), 0), ifnull(sum(answer_tokens), 0)"
        " FROM answers"
    ).fetchone()
    return summary


def find_problems(database: sqlite3.Connection) -> list[str]:
    """All problems in words: the file's structure, links between the tables, and each row's digest and JSON."""
    checks = (_structure, _links, _answers, _results, _older)
    return [problem for check in checks for problem in _until_unreadable(check, database)]


def _until_unreadable(
    check: Callable[[sqlite3.Connection], Iterator[str]], database: sqlite3.Connection
) -> Iterator[str]:
    try:
        yield from check(database)
    except sqlite3.Error as error:
        yield f"the file can't be read to its end: {error}"


def _structure(database: sqlite3.Connection) -> Iterator[str]:
    for (line,) in database.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield f"structure: {line}"


def _links(database: sqlite3.Connection) -> Iterator[str]:
    for table in ("results", "older") if has_tables(database) else ("results",):
        query = f"""
            SELECT task, customer_id FROM {table} LEFT JOIN answers ON answers.key = answer_key
            WHERE answers.key IS NULL AND (answer_key IS NOT NULL OR status <> 'failed')
        """  # noqa: S608
        for task, customer_id in database.execute(query):
            yield f"task {task!r} of customer {customer_id!r}: its answer is missing"


def _answers(database: sqlite3.Connection) -> Iterator[str]:
    for row in database.execute("SELECT * FROM answers"):
        yield from _row_problems(row, (row[1],), f"answer {row[0]!r}")


def _results(database: sqlite3.Connection) -> Iterator[str]:
    for row in database.execute("SELECT * FROM results"):
        yield from _row_problems(row, (row[7], row[9]), f"task {row[5]!r} of customer {row[3]!r}")


def _older(database: sqlite3.Connection) -> Iterator[str]:
    for row in older_rows(database):
        where = f"task {row[5]!r} of customer {row[3]!r}, version of {row[4] or 'an unknown moment'}"
        yield from _row_problems(row, (row[7], row[9]), where)


def _row_problems(row: Row, texts: tuple[str | int | None, ...], where: str) -> Iterator[str]:
    if not row_is_intact(row):
        yield f"{where}: its content is not what was recorded (damaged or changed)"
    for text in texts:
        try:
            json.loads(str(text))
        except ValueError as error:
            yield f"{where}: not JSON: {error}"
