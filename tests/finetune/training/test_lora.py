"""LoRA matrices: where they go, and the adapter folder that they become."""

from dataclasses import replace
from pathlib import Path

import pytest

from fewsight.errors import ConfigError
from fewsight.finetune.rows.batches import collate
from fewsight.finetune.rows.rows import TrainingRow
from fewsight.finetune.training.lora import load_base, public_name, save_adapter
from fewsight.finetune.training.loss import target_logits
from fewsight.serving.models.names import ModelFolder
from tests.finetune.training.support import CONFIG, adapted, sequences, train


def test_layers_that_are_not_there(base: ModelFolder) -> None:
    with pytest.raises(ConfigError, match="target_modules 'q_prj'"):
        adapted(base, replace(CONFIG, target_modules="q_prj"))


def test_a_saved_adapter_is_plain_peft(base: ModelFolder, toy_rows: list[TrainingRow], tmp_path: Path) -> None:
    import torch
    from peft import PeftModel
    from safetensors.torch import load_file

    from fewsight.serving.models.adapters import check_adapter

    _, model = train(base, toy_rows, tmp_path / "work")
    save_adapter(model, tmp_path / "adapter", base)
    config = check_adapter(tmp_path / "adapter")
    assert config["base_model_name_or_path"] == base.path.name == "tiny"
    assert str(base.path.parent) not in (tmp_path / "adapter" / "adapter_config.json").read_text()
    assert public_name(replace(base, name="owner/name")) == "owner/name"
    saved = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert {weight.dtype for weight in saved.values()} == {torch.bfloat16}
    batch = collate(sequences(toy_rows[:4]))
    with torch.inference_mode():
        loaded = PeftModel.from_pretrained(load_base(base, "float32"), str(tmp_path / "adapter")).eval()
        assert torch.allclose(target_logits(loaded, batch), target_logits(model, batch), atol=0.05)
