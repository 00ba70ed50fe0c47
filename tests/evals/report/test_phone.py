"""What a phone shows of a report."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fewsight.evals.model import FieldPart, Report
from fewsight.evals.report import tables
from fewsight.evals.report.write import html

REPORTS = sorted((Path(__file__).parents[3] / "docs" / "evaluations").glob("*/report*.json"))


def read(path: Path) -> Report:
    return Report.model_validate_json(path.read_text())


def fields(report: Report) -> Iterator[FieldPart]:
    return (field for task in report.tasks for field in task.fields)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_pair_of_the_matrix_stands_in_the_list_once(path: Path) -> None:
    report = read(path)
    for field in fields(report):
        lines = tables.pair_lines(field)
        assert len(lines) == len(field.pairs)
        assert sum(line.is_shown for line in lines) == sum(pair.is_shown for pair in field.pairs)
        assert not any(re.search(r": -", line.words) for line in lines)
    text = html(report, {})
    assert text.count('class="pairs"') >= sum(bool(field.pairs) for field in fields(report))
    assert text.count('class="on-wide"') == text.count('class="on-narrow"')


def test_the_best_arm_and_its_closest_rival_stand_first() -> None:
    for field in fields(read(next(path for path in REPORTS if path.parent.name == "banking77"))):
        first = min(
            (pair for pair in field.pairs if field.best in (pair.first, pair.second)),
            key=lambda pair: abs(pair.difference.value),
        )
        assert tables.pair_lines(field)[0].words.startswith((first.first, first.second))


def test_every_table_scrolls_in_its_own_place() -> None:
    text = html(read(REPORTS[0]), {})
    assert text.count('<table class="plain">') == text.count('<div class="scroll" tabindex="0"')
