"""Options: presets, files, and everything that is wrong with them at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from fewsight.errors import ConfigError
from fewsight.finetune.config import PRESETS, FinetuneConfig, as_toml, make_config


def test_later_ones_win(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('preset = "best"\nrank = 8\nepochs = 2\n')
    config = make_config(None, file, {"rank": 4})
    assert (config.rank, config.epochs, config.schedule) == (4, 2.0, "cosine")
    assert make_config(None, None, {}) == FinetuneConfig()


@pytest.mark.parametrize("preset", PRESETS)
def test_a_configuration_survives_its_file(preset: str, tmp_path: Path) -> None:
    config = replace(make_config(preset, None, {}), mask=False, seed=7)  # type: ignore[arg-type]
    file = tmp_path / "c.toml"
    file.write_text(as_toml(config))
    assert make_config(None, file, {}) == config


def test_all_problems_at_once(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        'rnk = 4\nuse_dora = true\nmodules_to_save = ["lm_head"]\nschedule = "step"\ndropout = 1.5\nseed = "x"\n'
    )
    with pytest.raises(ConfigError) as caught:
        make_config(None, file, {})
    message = str(caught.value)
    for part in (
        "'rnk' is not an option. Did you mean 'rank'",
        "use_dora: vLLM can't serve DoRA; use rslora, or a higher rank (64 at most)",
        "modules_to_save: vLLM can't serve",
        "schedule is 'step'; use linear, cosine, constant",
        "dropout is 1.5; use 0 to 0.9",
        "seed is 'x', not a number",
    ):
        assert part in message


def test_a_rank_that_cannot_be_served() -> None:
    assert FinetuneConfig(rank=64).rank == 64
    with pytest.raises(ConfigError, match="rank is 65; use 1 to 64, the highest rank that is served with vLLM"):
        FinetuneConfig(rank=65)


def test_files_that_are_none(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("rank = = 4")
    with pytest.raises(ConfigError, match="TOML"):
        make_config(None, file, {})
    with pytest.raises(ConfigError, match=r"preset 'bst' is not known. Did you mean 'best'"):
        make_config("bst", None, {})  # type: ignore[arg-type]
