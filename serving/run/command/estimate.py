"""What a run would cost, without running it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fewsight.events import CustomerHistory
from fewsight.files import write_text
from fewsight.ledger import Ledger
from fewsight.masking import CustomerKeys
from fewsight.prompts.render import Order
from fewsight.serving.models.names import cache_folder
from fewsight.serving.run.plan import Backlog, arranged, computed_tokens
from fewsight.serving.run.prepare import warning_kind
from fewsight.serving.run.session import Session
from fewsight.serving.run.summary import RunSummary
from fewsight.serving.run.updates.standing import Standing

ASSUMED_PROMPT_RATE = 2000.0
ASSUMED_ANSWER_RATE = 60.0
"""Tokens per second that are assumed until a run on this machine has measured them."""

CLOSED_FIELD_TOKENS = 12
"""About how many tokens scoring one more closed field computes: the fields chosen before, and its own name."""


@dataclass
class Estimate:
    """Counts of a run that was planned and not run. Token counts are of prompts; `answer_tokens` is an upper guess."""

    order: Order
    customers: int = 0
    requests: int = 0
    in_ledger: int = 0
    repeated: int = 0
    sent_tokens: int = 0
    computed_tokens: int = 0
    answer_tokens: int = 0
    warnings: dict[str, int] = field(default_factory=dict)

    @property
    def shared(self) -> float:
        """The share of prompt tokens that shared prefixes serve."""
        return max(1 - self.computed_tokens / self.sent_tokens, 0.0) if self.sent_tokens else 0.0


def estimate(
    session: Session,
    histories: Iterable[CustomerHistory],
    order: Order,
    ledger: Ledger | None,
    keys: CustomerKeys | None = None,
    standing: Standing | None = None,
) -> Estimate:
    """Prepare everything as a run would, and count. `keys` are those of the ledger's customers; `standing` finds the
    answers that stand where the run is updated."""
    names = [task.name for task in session.tasks]
    result, options = Estimate(order), session.options
    seen: set[int] = set()
    backlog = Backlog(session.preparer, options, order, ledger, keys or CustomerKeys(), standing)
    for window in backlog.windows(histories, names):
        result.customers += window.customers
        result.in_ledger += window.done
        unique = []
        for item in window.items:
            mark = hash((item.prompt.token_ids, item.prompt.user, item.task))
            if mark in seen:
                result.repeated += 1
            else:
                seen.add(mark)
                unique.append(item)
            for warning in item.warnings:
                words = warning_kind(warning)
                result.warnings[words] = result.warnings.get(words, 0) + 1
        result.requests += len(unique)
        prompts = [item.prompt.token_ids for item in arranged(unique)]
        result.sent_tokens += sum(map(len, prompts))
        result.computed_tokens += computed_tokens(prompts, session.engine.prefix_block)
        for item in unique:
            form = session.preparer.forms[item.task]
            scored = max(len(form.closed) - 1, 0) if options.probabilities else 0
            result.computed_tokens += scored * CLOSED_FIELD_TOKENS
            result.answer_tokens += _answer_tokens(len(form.open), 0 if options.probabilities else len(form.closed))
    return result


def _answer_tokens(written: int, closed: int) -> int:
    return 24 * written + 8 * closed


def seconds(result: Estimate, session: Session) -> tuple[float, bool]:
    """(about how many seconds the run will take, whether the rates were measured on this machine)."""
    rates = _rates().get(_rate_key(session))
    prompt, answer = rates or (ASSUMED_PROMPT_RATE, ASSUMED_ANSWER_RATE)
    return result.computed_tokens / prompt + result.answer_tokens / answer, rates is not None


def remember_rates(session: Session, summaries: Iterable[RunSummary]) -> None:
    """Keep the speed of a finished run for later estimates."""
    for summary in summaries:
        if summary.computed >= 20 and summary.seconds > 1:
            work = summary.computed_tokens + summary.answer_tokens * ASSUMED_PROMPT_RATE / ASSUMED_ANSWER_RATE
            rate = work / summary.seconds
            rates = _rates()
            key = _rate_key(session)
            rates[key] = (rate, rate * ASSUMED_ANSWER_RATE / ASSUMED_PROMPT_RATE)
            write_text(_rate_file(), json.dumps(rates, indent=1))


def _rate_key(session: Session) -> str:
    return f"{session.engine.name}:{session.options.engine.dtype}:{session.model.digest[:16]}"


def _rate_file() -> Path:
    return cache_folder() / "rates.json"


def _rates() -> dict[str, tuple[float, float]]:
    try:
        return {key: (rate[0], rate[1]) for key, rate in json.loads(_rate_file().read_text("utf-8")).items()}
    except (OSError, ValueError, LookupError):
        return {}
