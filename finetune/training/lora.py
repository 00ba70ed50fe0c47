"""A model folder with fresh LoRA matrices to train, and the adapter folder that they become."""

import gc
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.errors import ConfigError, ModelError
from fewsight.finetune.config import FinetuneConfig
from fewsight.serving.models.adapters import WEIGHTS
from fewsight.serving.models.dtype import Dtype
from fewsight.serving.models.names import ModelFolder

if TYPE_CHECKING:
    import torch


def load_base(model: ModelFolder, dtype: Dtype) -> Any:  # noqa: ANN401 - any transformers model
    """The frozen base model as the transformers engine runs it, on a GPU where there is one.

    Raises:
        EngineError: transformers can't load it.
    """
    from fewsight.serving.engines.local.engine import load_model

    loaded, _ = load_model(model.path, dtype)
    return loaded


def add_lora(base: Any, config: FinetuneConfig, name: str) -> Any:  # noqa: ANN401 - PEFT is untyped
    """The model with LoRA matrices (Hu et al., LoRA: low-rank adaptation of large language models, ICLR 2022).

    The matrices are of the model's own number type, as they are served, A drawn from `config.seed` and B zero, so that
    the model answers as before.

    Raises:
        ConfigError: `target_modules` names no layer of this model.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    named = config.target_modules
    modules = named if named == "all-linear" else sorted({word.strip() for word in named.split(",") if word.strip()})
    torch.manual_seed(config.seed)
    lora = LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,
        use_rslora=config.rslora,
        lora_dropout=config.dropout,
        target_modules=modules,
        task_type="CAUSAL_LM",
    )
    try:
        adapted = get_peft_model(base, lora, autocast_adapter_dtype=False)
    except ValueError as error:
        raise ConfigError(f"target_modules {named!r} does not fit {name!r}: {error}") from error
    _add_in_place(adapted)
    return adapted


def _add_in_place(adapted: Any) -> None:  # noqa: ANN401 - PEFT is untyped
    """Let LoRA layers add their update within the matrix product that makes it.

    PEFT scales it and adds it in passes of their own, over tensors as wide as the layer. That, and casts to float32,
    took a third of a training step on a CPU.
    """
    from peft.tuners.lora import Linear

    class InPlace(Linear):  # type: ignore[misc] # PEFT is untyped
        def forward(self, x: "torch.Tensor") -> "torch.Tensor":
            if self.disable_adapters or self.merged:
                plain: torch.Tensor = super().forward(x)
                return plain
            return _lora_forward(self, x)

    for layer in adapted.modules():
        if type(layer) is Linear:
            layer.__class__ = InPlace


def _lora_forward(layer: Any, x: "torch.Tensor") -> "torch.Tensor":  # noqa: ANN401 - PEFT is untyped
    import torch

    (name,) = layer.active_adapters
    base = layer.base_layer(x)
    down, up = layer.lora_A[name], layer.lora_B[name].weight.t()
    # The output layer computes in float32 also where the model does not.
    low = down(layer.lora_dropout[name](x.to(down.weight.dtype))).to(base.dtype)
    flat: torch.Tensor = torch.addmm(
        base.flatten(0, -2), low.flatten(0, -2), up.to(base.dtype), alpha=layer.scaling[name]
    )
    return flat.view(base.shape)


def trainable(model: Any) -> dict[str, "torch.Tensor"]:  # noqa: ANN401 - PEFT is untyped
    """The parameters that are trained, by name in a fixed order."""
    return {name: weight for name, weight in sorted(model.named_parameters()) if weight.requires_grad}


def set_weights(model: Any, weights: Mapping[str, "torch.Tensor"]) -> None:  # noqa: ANN401 - PEFT is untyped
    """Copy weights into the trained parameters.

    Raises:
        ModelError: they are of another model or rank.
    """
    import torch

    mine = trainable(model)
    if {n: w.shape for n, w in mine.items()} != {n: w.shape for n, w in weights.items()}:
        raise ModelError("The checkpoint's weights are of another model or another rank; start anew with --fresh.")
    with torch.no_grad():
        for name, weight in mine.items():
            weight.copy_(weights[name])


def public_name(model: ModelFolder) -> str:
    """The name of a model as an adapter carries it: of a local folder the last part, and nothing of this machine."""
    return model.path.resolve().name if model.path == Path(model.name).expanduser() else model.name


def save_adapter(model: Any, folder: Path, base: ModelFolder) -> None:  # noqa: ANN401 - PEFT is untyped
    """Write a plain PEFT adapter: adapter_config.json, and adapter_model.safetensors in bfloat16."""
    import torch
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = get_peft_model_state_dict(model)
    weights = {name: weight.detach().to("cpu", torch.bfloat16).contiguous() for name, weight in state.items()}
    save_file(weights, str(folder / WEIGHTS), metadata={"format": "pt"})
    config = model.peft_config["default"]
    config.base_model_name_or_path = public_name(base)  # never the path that the model has on this machine
    config.inference_mode = True
    if not isinstance(config.target_modules, str):
        config.target_modules = sorted(config.target_modules)
    config.save_pretrained(str(folder))


def free(*models: Any) -> None:  # noqa: ANN401 - any models
    """Give their memory back, as far as nobody else holds them."""
    import torch

    del models
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
