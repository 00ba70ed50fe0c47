"""What the ledger's tables hold: answers by the digest of everything they depend on, results by customer and task."""

import hashlib
import json
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from pydantic_core import to_json

from fewsight.digest import digest
from fewsight.errors import LedgerError
from fewsight.insight import Insight

Row = tuple[str | int | None, ...]
"""The columns of one table row, in the order of the table."""

_IN_COLUMNS: Final = ("customer_id", "task", "as_of", "status")


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Everything that an answer depends on; two requests with equal keys need to be computed once.

    `prompt_ids` are the exact prompt tokens. `plan` is the text or digest of what is asked after the prompt: grammar,
    label tries, whether probabilities are on. `decoding` is a JSON mapping. The digests are of weights, tokenizer and
    adapter (None without one).
    """

    prompt_ids: tuple[int, ...]
    plan: str
    decoding: Mapping[str, Any]
    model_digest: str
    tokenizer_digest: str
    adapter_digest: str | None
    adapter_mode: str
    engine: str
    engine_version: str
    dtype: str

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the token ids as packed 32-bit integers and the other items as canonical JSON."""
        packed = array("I", self.prompt_ids)
        if sys.byteorder == "big":
            packed.byteswap()
        items = (self.plan, dict(self.decoding), self.model_digest, self.tokenizer_digest)
        applied = (self.adapter_digest, self.adapter_mode, self.engine, self.engine_version, self.dtype)
        state = hashlib.sha256(digest(items + applied).encode("ascii"))
        state.update(packed)
        return state.hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model answered, before E-numbers become event ids.

    `text` is the JSON answer. `raw` and `normalised` map each closed field to its labels' probabilities (see `Scored`
    of the engine). `computed_tokens` are the prompt tokens that no prefix cache served. `error` says why the text is
    not a valid answer (cut off, wrong schema). A request that failed in the engine has no Answer at all.
    """

    text: str
    raw: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    normalised: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    prompt_tokens: int = 0
    answer_tokens: int = 0
    computed_tokens: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The insight of one customer and task in one run, arm and seed.

    `answer_key` names the answer it was made from; it is None only where `insight.status` is 'failed'. `event_map`
    maps the E-numbers of the prompt to real event ids. `history` is a digest of what it was made from.
    """

    run: str
    arm: str
    seed: int
    answer_key: str | None
    event_map: Mapping[str, str]
    insight: Insight
    history: str | None = None

    @property
    def customer_id(self) -> str:
        """The insight's customer."""
        return self.insight.customer_id

    @property
    def as_of(self) -> datetime | None:
        """The moment up to which the history was known."""
        return self.insight.as_of

    @property
    def task(self) -> str:
        """The insight's task."""
        return self.insight.task


@lru_cache(maxsize=1024)  # a run has one moment, and formatting it costs as much as a digest
def moment_text(moment: datetime | None) -> str:
    """A moment as a key: ISO 8601 in UTC, so that equal moments are equal keys; '' for None.

    >>> moment_text(datetime.fromisoformat("2024-05-01T02:00:00+02:00"))
    '2024-05-01T00:00:00+00:00'
    """
    if moment is None:
        return ""
    return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()


def answer_row(key: str, answer: Answer) -> Row:
    """Columns of `answers`; the last one is the digest of the others."""
    body = {"text": answer.text, "raw": answer.raw, "normalised": answer.normalised, "error": answer.error}
    counts = (answer.prompt_tokens, answer.answer_tokens, answer.computed_tokens)
    return _sealed((key, _json(body, f"the answer {key[:12]!r}"), *counts))


def result_row(result: Result) -> Row:
    """Columns of `results`; the last one is the digest of the others.

    Raises:
        LedgerError: an ok or invalid result names no answer, or the insight holds a value that JSON doesn't have.
    """
    insight, where = result.insight, f"task {result.task!r} of customer {result.customer_id!r}"
    if result.answer_key is None and insight.status != "failed":
        raise LedgerError(f"The result of {where} is {insight.status!r} but names no answer; set `answer_key`.")
    body = insight.to_dict()
    for name in _IN_COLUMNS:
        del body[name]
    key = (result.run, result.arm, result.seed, insight.customer_id, moment_text(insight.as_of), insight.task)
    events = _json(result.event_map, where)
    return _sealed((*key, result.answer_key, events, insight.status, _json(body, where)))


def read_answer(body: str, prompt_tokens: int, answer_tokens: int, computed_tokens: int) -> Answer:
    """The answer of a row."""
    return Answer(
        **json.loads(body),
        prompt_tokens=prompt_tokens,
        answer_tokens=answer_tokens,
        computed_tokens=computed_tokens,
    )


def read_insight(customer_id: str, as_of: str, task: str, status: str, body: str) -> Insight:
    """The insight of a row."""
    key = {"customer_id": customer_id, "task": task, "as_of": as_of or None, "status": status}
    return Insight.from_dict(key | json.loads(body))


def row_is_intact(row: Row) -> bool:
    """Whether a row (digest last) is what was once written."""
    return row == _sealed(row[:-1])


def _sealed(row: Row) -> Row:
    """Add a digest over the columns, each with its length so that no two rows share one text."""
    text = "".join([f"{len(column)}:{column}" for column in map(str, row)])
    return (*row, hashlib.sha256(text.encode()).hexdigest())


def _json(value: Any, where: str) -> str:  # noqa: ANN401 - any JSON value
    try:
        data = to_json(value)
        # Words of an answer may hold these too: the slow and strict way decides.
        return data.decode() if b"NaN" not in data and b"Infinity" not in data else _strict_json(value)
    except ValueError:  # half of a surrogate pair can be stored as an escape only; the rest fails again below
        pass
    try:
        return _strict_json(value)
    except (TypeError, ValueError) as error:
        raise LedgerError(f"Can't record {where}: {error}; answers must be plain JSON without NaN.") from error


def _strict_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
