"""What answers were computed under: in a line for one, in a table for all of a page."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fewsight.insight import Provenance
from fewsight.pages.table import Table

Facts = tuple[tuple[str, str], ...]
"""Names and values."""


def facts(by: Provenance) -> Facts:
    """All that answers of one task usually share."""
    return (
        ("Model", f"{by.model} ({by.model_digest[:8]})"),
        ("Adapter", by.adapter or "none"),
        ("Engine", f"{by.engine} {by.engine_version}"),
        ("Number type", by.dtype),
        ("Template", by.template),
        ("Shots", str(len(by.shots))),
        ("Seed", str(by.seed)),
        ("fewsight", by.fewsight_version),
    )


def origin_line(by: Provenance) -> str:
    """The provenance of one answer in a line."""
    known = dict(facts(by))
    parts = (
        known["Model"],
        f"adapter {by.adapter}" if by.adapter else "no adapter",
        known["Engine"],
        by.dtype,
        by.template,
        f"{len(by.shots)} shots",
        f"{by.prompt_tokens:,} + {by.answer_tokens:,} tokens",
        f"seed {by.seed}",
        f"fewsight {by.fewsight_version}",
    )
    return " · ".join(parts)


@dataclass(slots=True)
class Origins:
    """The origins of one task's answers, each with its answers, and the tokens that were read and written."""

    answers: Counter[Facts] = field(default_factory=Counter)
    prompt_tokens: int = 0
    answer_tokens: int = 0

    def add(self, by: Provenance) -> None:
        """Count one answer."""
        self.answers[facts(by)] += 1
        self.prompt_tokens += by.prompt_tokens
        self.answer_tokens += by.answer_tokens


def origins_of_all(tasks: Mapping[str, Origins]) -> tuple[Facts, Table | None]:
    """What all answers share, and a table of what differs between and within tasks (None where nothing does)."""
    rows = [(task, dict(origin), count) for task, one in tasks.items() for origin, count in one.answers.items()]
    names = list(rows[0][1]) if rows else []
    shared = [name for name in names if len({origin[name] for _, origin, _ in rows}) == 1]
    differing = [name for name in names if name not in shared]
    tokens = (
        ("Tokens read", f"{sum(one.prompt_tokens for one in tasks.values()):,}"),
        ("Tokens written", f"{sum(one.answer_tokens for one in tasks.values()):,}"),
    )
    table = Table(
        ["Task", *differing, "Answers"],
        [[task, *(origin[name] for name in differing), f"{count:,}"] for task, origin, count in rows],
    )
    common = tuple((name, rows[0][1][name]) for name in shared)
    return (*common, *tokens) if rows else (), table if differing else None
