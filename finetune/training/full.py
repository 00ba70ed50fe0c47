"""Full fine-tuning of small models: the layers themselves are trained, and a whole model folder is written.

Embeddings and output layer stay frozen: they are most of a small model's weights, one matrix in many models, and they
are computed in another number type than the layers.
"""

from pathlib import Path
from typing import Any

from fewsight.finetune.training.lora import free, trainable
from fewsight.serving.models.adapters import carry_files
from fewsight.serving.models.names import ModelFolder


def open_layers(base: Any) -> Any:  # noqa: ANN401 - any transformers model
    """The model, with all parameters to be trained but those of embeddings and output layer."""
    base.requires_grad_(True)
    for part in (base.get_input_embeddings(), base.get_output_embeddings()):
        if part is not None:
            part.requires_grad_(False)
    return base


def save_model(model: Any, folder: Path, base: ModelFolder) -> None:  # noqa: ANN401 - any transformers model
    """Write a plain model folder in bfloat16: the trained layers in place of the base model's, its tokenizer, ...

    Raises:
        OSError: the folder can't be written.
    """
    import torch
    from transformers import AutoModelForCausalLM

    plain = AutoModelForCausalLM.from_pretrained(
        base.path, dtype=torch.bfloat16, trust_remote_code=False, use_safetensors=True, local_files_only=True
    )
    mine = dict(plain.named_parameters())
    with torch.no_grad():
        for name, weight in trainable(model).items():
            mine[name].copy_(weight)
    plain.save_pretrained(folder, safe_serialization=True)
    free(plain, mine)
    carry_files(base.path, folder)
