"""Labelled tables of a toy task, and suites over them, for tests of evaluations."""

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from fewsight.cli import root
from fewsight.evals.suite.config import Suite, make_suite

SAID = {
    "refund": ["give me my money back", "i want a refund", "money back please", "refund this <b>order</b>"],
    "late": ["where is my parcel", "the parcel is late", "my order has not arrived", "parcel | not | here"],
}


def write(path: Path, each: int, start: int = 0) -> Path:
    lines = ["text,label,customer_id"]
    for number in range(start, start + each):
        lines += [f"{texts[number % 4]} {number},{label},{label}-{number // 2}" for label, texts in SAID.items()]
    path.write_text("\n".join(lines) + "\n")
    return path


def suite_of(task: Path, files: dict[str, Path], model: Path, arms: list[Any], **given: Any) -> Suite:
    tasks = [{"task": str(task), **{name: str(path) for name, path in files.items()}}]
    return make_suite(
        {"tasks": tasks, "arms": arms, "model": str(model), "engine": "scripted", "baselines": False, **given}
    )


def invoke(*arguments: "str | Path") -> Result:
    return CliRunner().invoke(root, list(map(str, arguments)))
