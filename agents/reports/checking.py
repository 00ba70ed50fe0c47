"""Computing a report again, and what differs."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.model import Report
from fewsight.errors import InputError, first_problem
from fewsight.events import CustomerHistory

_CLOSE: Final = 1e-9
"""Relative difference of floats that other machines may make."""

_RUN: Final = "run"
"""The folder may have another name today."""


def read_report(path: Path) -> Report:
    """The report in a JSON file.

    Raises:
        InputError: it can't be read, or is no report.
    """
    try:
        return Report.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Can't read the report {str(path)!r}: {error}.") from error
    except ValidationError as error:
        raise InputError(f"{str(path)!r} is no report that `fewsight report` wrote: {first_problem(error)}.") from error


def check_report(
    report: Report,
    run: Path,
    histories: Iterable[CustomerHistory] | None = None,
    facts: Path | None = None,
    **files: Any,  # noqa: ANN401 - paths
) -> list[str]:
    """Everything in which a report differs from what run, table and facts say, in words; empty where it holds.

    All of it is computed again: figures, counts, the order of claims, sentences, and quotes word for word.
    `files` are those of `build_report`.

    Raises:
        FewsightError: as for `build_report`.
    """
    again = build_report(run, histories, facts, report.options, **files, is_check=True)
    return list(_differences(report.model_dump(mode="json"), again.model_dump(mode="json"), ""))


def _differences(stated: Any, true: Any, where: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(stated, dict) and isinstance(true, dict):
        for name in true:
            if where or name != _RUN:
                yield from _differences(stated.get(name), true.get(name), f"{where}.{name}" if where else name)
    elif isinstance(stated, list) and isinstance(true, list):
        if len(stated) != len(true):
            yield f"{where}: the report has {len(stated)} of them, and there are {len(true)}"
        for number, (one, other) in enumerate(zip(stated, true, strict=False)):
            yield from _differences(one, other, f"{where}[{number}]")
    elif not _are_equal(stated, true):
        yield f"{where}: the report says {stated!r}, and it is {true!r}"


def _are_equal(stated: Any, true: Any) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(stated, float) and isinstance(true, float):
        return math.isclose(stated, true, rel_tol=_CLOSE, abs_tol=1e-12)
    return bool(stated == true)
