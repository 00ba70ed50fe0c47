"""What is proven of a model is what an evaluation shows, and nothing else."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from fewsight.agents.personas.proof import NOTHING, Proof, of_report, published
from fewsight.errors import ConfigError, InputError

ROOT = Path(__file__).parents[3]
SHOP = ROOT / "docs/evaluations/shop/report-churn-persona.json"


def report(path: Path, *pairs: tuple[str, str, float, float], arms: tuple[str, ...] = ("mine", "majority")) -> Path:
    """An evaluation of persona with the pairs (first, second, difference, p) of household.value."""
    told = [{"first": a, "second": b, "difference": {"value": d}, "p_holm": p} for a, b, d, p in pairs]
    kinds = [{"name": arm, "kind": "baseline" if arm == "majority" else "adapter"} for arm in arms]
    task = {"task": "persona", "arms": kinds, "fields": [{"path": "household.value", "pairs": told}]}
    path.write_text(json.dumps({"tasks": [task]}))
    return path


def shown(path: Path, arm: str | None = None) -> frozenset[str]:
    return of_report(path, "persona", arm).fields


def test_only_a_shown_difference_in_favour_counts(tmp_path: Path) -> None:
    path, whole = tmp_path / "report.json", frozenset(["household.value"])
    assert shown(report(path, ("mine", "majority", 0.2, 0.01))) == whole
    assert shown(report(path, ("majority", "mine", -0.2, 0.01))) == whole
    assert shown(report(path, ("mine", "majority", 0.2, 0.06))) == frozenset()
    assert shown(report(path, ("mine", "majority", -0.2, 0.01))) == frozenset()
    assert shown(report(path, ("mine", "other", 0.2, 0.01))) == frozenset()


def test_the_published_figures_are_those_of_the_reports() -> None:
    """Where this fails the reports of the built-in adapter are others: published.json must say what they show."""
    data: Any = json.loads(files("fewsight.agents.personas").joinpath("published.json").read_text("utf-8"))
    told = {}
    for name in data["reports"]:
        for task in json.loads((ROOT / name).read_text(encoding="utf-8"))["tasks"]:
            told[task["task"]] = sorted(of_report(ROOT / name, task["task"], data["adapter"]).fields)
    assert data["shown"] == told
    assert published("another", "persona") == NOTHING
    assert isinstance(published(data["adapter"], "persona"), Proof)


def test_what_can_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with pytest.raises(ConfigError, match="no evaluation of the task 'intent'"):
        of_report(report(path), "intent", None)
    with pytest.raises(ConfigError, match="has no arm 'majority'"):
        shown(report(path, arms=("mine",)))
    with pytest.raises(ConfigError, match="Say with --eval-arm"):
        shown(report(path, arms=("mine", "other", "majority")))
    with pytest.raises(ConfigError, match=r"no arm 'min'. Did you mean 'mine'"):
        shown(report(path), "min")
    path.write_text('{"tasks": 3}')
    with pytest.raises(InputError, match=r"is no report\.json"):
        shown(path)
    path.write_text("{")
    with pytest.raises(InputError, match="Can't read"):
        shown(path)
