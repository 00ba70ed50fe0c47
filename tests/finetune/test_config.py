"""Options: presets, files, and everything that is wrong with them at once."""

import tomllib
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from fewsight.errors import ConfigError
from fewsight.finetune.config import PRESETS, FinetuneConfig
from fewsight.finetune.config_file import as_toml, make_config


def test_later_ones_win(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('preset = "best"\nrank = 8\nepochs = 2\n')
    config = make_config(file, {"rank": 4})
    assert (config.rank, config.epochs, config.schedule) == (4, 2.0, "cosine")
    assert make_config(None, {}) == FinetuneConfig()


@pytest.mark.parametrize("preset", PRESETS)
def test_a_configuration_survives_its_file(preset: str, tmp_path: Path) -> None:
    config = replace(make_config(None, {"preset": preset}), mask=False, seed=7)
    file = tmp_path / "c.toml"
    file.write_text(as_toml(config))
    assert make_config(file, {}) == config


def test_all_problems_at_once(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        'rnk = 4\nuse_dora = true\nmodules_to_save = ["lm_head"]\nschedule = "step"\ndropout = 1.5\nseed = "x"\n'
        "epochs = nan\nmask = 1\n"
    )
    with pytest.raises(ConfigError) as caught:
        make_config(file, {})
    message = str(caught.value)
    for part in (
        "'rnk' is not an option. Did you mean 'rank'",
        "use_dora: vLLM can't serve DoRA; use rslora, or a higher rank (64 at most)",
        "modules_to_save: vLLM can't serve",
        "schedule is 'step'; use linear, cosine, constant",
        "dropout is 1.5; use 0 to 0.9",
        "seed is 'x', not a number",
        "epochs is nan; use 0 to 1,000",
        "mask is 1, not true or false",
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
        make_config(file, {})
    with pytest.raises(ConfigError, match=r"preset is 'bst'; use quick, best. Did you mean 'best'"):
        make_config(None, {"preset": "bst"})


BEFORE = """\
method = "lora"
rank = 8
alpha = 16.0
rslora = false
dropout = 0.0
target_modules = "all-linear"
epochs = 1.0
learning_rate = 0.002
schedule = "cosine"
warmup = 0.05
weight_decay = 0.01
clip = 1.0
batch_rows = 32
micro_tokens = 2048
label_smoothing = 0.0
class_balance = 0.0
loss_on = "values"
evaluations = 1
patience = 0
augment_typos = 0.1
augment_case = 0.1
augment_injections = 0.1
search = 0
checkpoint_minutes = 5.0
report_rows = 40
valid_share = 0.03
longest_row = 4096
seed = 0
dtype = "auto"
style = "compact"
language = "auto"
mask = true
history_tokens = 1024
"""
"""config.toml of an adapter that was trained before the options were a pydantic model."""


def test_a_file_of_before_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(BEFORE)
    config = make_config(tmp_path / "config.toml", {})
    assert (config.rank, config.schedule, config.valid_share, config.mask) == (8, "cosine", 0.03, True)
    since = {"preset": "quick", "order": "shots-first"}
    assert asdict(config) == {**since, **tomllib.loads(BEFORE)}, (
        "manifests and work folders hold these names and values"
    )


def test_what_is_wrong_for_whole_models_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        FinetuneConfig(method="full", rank=8, search=2, weight_decay=2.0)
    for part in (
        "rank is 8, and method full has no LoRA matrices",
        "learning_rate is 0.002, which is for LoRA matrices",
        "search is 2, and tries ranks",
        "weight_decay is 2.0; use 0 to 1",
    ):
        assert part in str(caught.value)
    assert FinetuneConfig(method="full", learning_rate=5e-5).rank == FinetuneConfig().rank


def test_a_change_is_checked_too() -> None:
    with pytest.raises(ConfigError, match="epochs is -1"):
        replace(FinetuneConfig(), epochs=-1.0)


def test_a_preset_sets_what_is_not_given() -> None:
    assert (FinetuneConfig(preset="best").schedule, FinetuneConfig(preset="best").patience) == ("cosine", 4)
    assert FinetuneConfig(preset="best", schedule="linear", patience=0).schedule == "linear"
    assert FinetuneConfig(preset="quick") == FinetuneConfig()
