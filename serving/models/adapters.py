"""PEFT adapters: which can be served, what they are as one number, and merging them into a model folder."""

import gc
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from fewsight.adapter_manifest import MANIFEST
from fewsight.digest import digest, file_digest
from fewsight.errors import ModelError
from fewsight.serving.models.adapter_checks import check_weights, config_problem
from fewsight.serving.models.dtype import Dtype
from fewsight.serving.models.merged import UNFINISHED, hold, make_room, merged_folder, release
from fewsight.serving.models.names import ModelFolder

CONFIG: Final = "adapter_config.json"
WEIGHTS: Final = "adapter_model.safetensors"
VOLATILE: Final = ("base_model_name_or_path", "inference_mode", "peft_version", "revision")
"""Keys of adapter_config.json that don't change what the adapter does."""

CARRIED: Final = ("*.json", "*.jinja", "tokenizer.model", "merges.txt", "vocab.txt")
"""What a merged folder takes over from its base unchanged; the weights' index is written anew."""


def adapter_digest(adapter: Path) -> str:
    """SHA-256 of an adapter's configuration and weights; equal wherever the folder lies.

    Raises:
        ModelError: as for `check_adapter`.
    """
    config = {key: value for key, value in check_adapter(adapter).items() if key not in VOLATILE}
    return hashlib.sha256(f"{digest(config)}{file_digest(adapter / WEIGHTS)}".encode()).hexdigest()


def check_adapter(adapter: Path) -> dict[str, Any]:
    """The content of adapter_config.json, if this adapter can be served everywhere.

    Raises:
        ModelError: files are missing or damaged, or the adapter is not plain or rank-stabilised LoRA; with the way out.
    """
    try:
        config = json.loads((adapter / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{str(adapter)!r} is not an adapter: {CONFIG} can't be read: {error}.") from error
    if not isinstance(config, dict):
        raise ModelError(f"{str(adapter / CONFIG)!r} holds {config!r}, and no table; take the adapter anew.")
    if problem := config_problem(config, adapter):
        raise ModelError(f"{str(adapter / CONFIG)!r} {problem}")
    if not (adapter / WEIGHTS).is_file():
        pickled = " (adapter_model.bin can run code when it is loaded, and is refused)"
        hint = pickled if (adapter / "adapter_model.bin").exists() else ""
        raise ModelError(f"{str(adapter)!r} lacks {WEIGHTS}{hint}; save it with safe_serialization=True.")
    return config


def merged_model(model: ModelFolder, adapter: Path, dtype: Dtype) -> ModelFolder:
    """The model with the adapter merged into its weights, merged once and kept in the cache.

    Weights are merged in float32, checked for numbers that are not finite, and then saved in `dtype`. `name` and
    `digest` of the result are those of the base model with the adapter's.

    Raises:
        ModelError: the adapter can't be served, or does not fit the model.
    """
    key, name = digest([model.digest, adapter_digest(adapter), dtype]), f"{model.name}+{adapter.name}"
    folder = merged_folder(key)
    hold(folder, name)
    try:
        if not (folder / "config.json").is_file():
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{UNFINISHED}{folder.name}-") as place:
                target = Path(place) / "model"
                _merge(model, adapter, target, dtype)
                try:
                    target.rename(folder)
                except OSError:  # another process was first
                    if not (folder / "config.json").is_file():
                        raise
        make_room()
    except BaseException:
        release(folder)
        raise
    return ModelFolder(name, folder, key, f"{model.note}, with adapter {adapter.name}")


def _merge(model: ModelFolder, adapter: Path, target: Path, dtype: Dtype) -> None:
    import torch
    import transformers
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    check_weights(model.path, adapter, adapter / WEIGHTS)
    base = AutoModelForCausalLM.from_pretrained(
        model.path, dtype=torch.float32, trust_remote_code=False, use_safetensors=True, local_files_only=True
    )
    try:
        adapted = PeftModel.from_pretrained(base, str(adapter), torch_device="cpu", local_files_only=True)
        merged = adapted.merge_and_unload(safe_merge=True)
    except (ValueError, RuntimeError, KeyError) as error:
        raise ModelError(f"Adapter {str(adapter)!r} does not fit {model.name!r}: {error}") from error
    merged.to(getattr(torch, dtype)).save_pretrained(target, safe_serialization=True)
    del base, adapted, merged
    gc.collect()
    carry_files(model.path, target)


def carry_files(base: Path, target: Path) -> None:
    """Copy from a base model what a folder of changed weights keeps: tokenizer, templates, settings."""
    for pattern in CARRIED:
        for file in base.glob(pattern):
            if not (target / file.name).exists() and not file.name.endswith(".index.json") and file.name != MANIFEST:
                shutil.copy2(file, target / file.name)
