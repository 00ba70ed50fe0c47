"""Options of a run: three parts inside, one flat table outside."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_type_hints

import pandas as pd
import pytest

from fewsight.errors import ConfigError
from fewsight.serving.engines.base import Decoding
from fewsight.serving.run.api import run
from fewsight.serving.run.options import (
    OPTION_NAMES,
    EngineOptions,
    FlatOptions,
    PromptOptions,
    RunOptions,
    make_options,
)

FROZEN = {
    "tasks": ["intent"],
    "engine": "auto",
    "model": "smollm2-135m",
    "adapters": {},
    "shots": 0,
    "selector": "balanced",
    "similarity": "tfidf",
    "shot_order": "nearest-last",
    "pool": None,
    "as_of": None,
    "probabilities": True,
    "language": "auto",
    "style": None,
    "order": None,
    "mask": True,
    "seed": 0,
    "history_tokens": 1024,
    "decoding": {"max_tokens": 256, "temperature": 0.0, "top_p": 1.0, "seed": 0},
    "base_url": None,
    "dtype": "auto",
}
"""What run.json has held from the first version on."""


def test_every_option_has_one_place_and_its_type() -> None:
    flat = get_type_hints(FlatOptions)
    placed: dict[str, Any] = {}
    for part in (PromptOptions, EngineOptions, RunOptions):
        hints = get_type_hints(part)
        placed |= {one.name: hints[one.name] for one in fields(part)}
    placed["engine"] = placed.pop("name")
    del placed["tasks"], placed["prompt"]
    assert flat == placed


def test_the_frozen_form_is_what_it_always_was() -> None:
    assert make_options(["intent"]).frozen() == FROZEN
    assert list(make_options(["intent"]).frozen()) == list(FROZEN)


def test_what_is_given_flat_is_frozen_flat(tmp_path: Path) -> None:
    given: FlatOptions = {
        "engine": "scripted",
        "model": "mine",
        "adapters": {"*": "none"},
        "shots": 4,
        "selector": "knn",
        "similarity": "minilm",
        "shot_order": "shared",
        "pool": "pool.csv",
        "as_of": datetime(2026, 3, 1, tzinfo=UTC),
        "limit": 3,
        "probabilities": True,
        "language": "en",
        "style": "compact",
        "order": "history-first",
        "mask": False,
        "seed": 7,
        "history_tokens": 100,
        "decoding": Decoding(max_tokens=9, temperature=0.5),
        "base_url": "http://x",
        "dtype": "float32",
        "force": True,
        "max_error": 0.05,
    }
    by_digest = ("calibrations", "presidio", "heads", "answerer")
    assert {*given, *by_digest} == set(OPTION_NAMES)  # frozen where they are on, or as digests
    frozen = make_options(["intent"], **given).frozen()
    plain = json.loads(json.dumps({**given, "decoding": frozen["decoding"]}, default=str))
    assert frozen == {"tasks": ["intent"], **{name: plain[name] for name in given if name not in ("limit", "force")}}
    calibration = tmp_path / "calibration.json"
    calibration.write_text("{}")
    (digest,) = make_options(["intent"], calibrations=(str(calibration),)).frozen()["calibrations"]
    assert len(digest) == 64


def test_an_unknown_option_is_refused_with_what_was_meant(model_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": ["a"], "text": ["hi"]})
    wrong: dict[str, Any] = {"shot": 4, "profile": "x.csv"}
    with pytest.raises(
        ConfigError, match=r"no option 'shot'\. Did you mean 'shots'.*'profile'\. Did you mean 'profiles'"
    ):
        run("intent", frame, engine="scripted", model=str(model_path), **wrong)


def test_problems_of_all_parts_are_told_at_once() -> None:
    with pytest.raises(ConfigError, match=r"--limit 0 .*adapters for tasks.*--shots -1 "):
        make_options(["intent"], limit=0, shots=-1, adapters={"persona": "x"})
