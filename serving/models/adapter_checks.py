"""What of PEFT's adapters is served: its configuration, the base that it names, and the names of its weights."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from fewsight.errors import ModelError

_MERGEABLE: Final = frozenset({"LORA", "ADALORA", "LOHA", "LOKR", "IA3", "OFT", "BOFT", "VERA", "HRA", "FOURIERFT"})
"""Kinds of adapters of PEFT that become a part of the weights; prompts and prefixes that were learned do not."""

_REFUSED: Final = {
    "use_dora": "vLLM can't serve DoRA",
    "modules_to_save": "vLLM can't serve layers that were trained whole",
    "lora_bias": "vLLM can't serve biases",
    "rank_pattern": "vLLM takes one rank for all layers",
    "alpha_pattern": "vLLM takes one alpha for all layers",
    "trainable_token_indices": "vLLM can't serve trained embeddings",
    "target_parameters": "vLLM can't serve it",
    "layer_replication": "it changes the layers of the base",
    "alora_invocation_tokens": "it holds for a part of the prompt only",
    "use_qalora": "it needs a quantised base",
    "use_bdlora": "vLLM can't serve it",
}
"""Keys of adapter_config.json that must be empty, and why."""

_CHANGING: Final = ("pissa", "olora", "corda", "loftq", "lora_ga")
"""Ways to begin LoRA weights that change the base too, so the adapter alone is not what was trained."""

_NAMED: Final = 3


def config_problem(config: Mapping[str, Any], adapter: Path) -> str | None:
    """Why the adapter in this folder is not served everywhere, with the way out; None where it is."""
    way_out = _way_out(config, adapter)
    kind = config.get("peft_type")
    if kind != "LORA":
        return f"has peft_type {kind!r}; only 'LORA' can be served. {way_out}"
    if (task := config.get("task_type")) not in (None, "CAUSAL_LM"):
        return f"has task_type {task!r}: it is no adapter of a language model that writes; train one with CAUSAL_LM."
    for key, why in _REFUSED.items():
        if config.get(key):
            return f"has {key}={config[key]!r}: {why}. {way_out}"
    if config.get("bias", "none") != "none":
        return f"has bias={config['bias']!r}: vLLM can't serve biases. {way_out}"
    if str(config.get("init_lora_weights", "")).startswith(_CHANGING):
        begun = config["init_lora_weights"]
        return f"has init_lora_weights={begun!r}, which changed its base's weights too. {way_out}"
    return None


def _way_out(config: Mapping[str, Any], adapter: Path) -> str:
    if config.get("peft_type") not in _MERGEABLE:
        return "It can't be merged into weights either: train LoRA, e.g. with `fewsight finetune`."
    base = str(config.get("base_model_name_or_path") or "BASE")
    return (
        "Train without it, or merge it into its base once, and name the merged folder with --model:\n"
        "  from peft import AutoPeftModelForCausalLM\n"
        "  from transformers import AutoTokenizer\n"
        f'  model = AutoPeftModelForCausalLM.from_pretrained("{adapter}")\n'
        '  model.merge_and_unload().save_pretrained("MERGED")\n'
        f'  AutoTokenizer.from_pretrained("{base}").save_pretrained("MERGED")'
    )


def other_base(config: Mapping[str, Any], name: str) -> str | None:
    """The base that an adapter's configuration names, where its last part is not the last part of the model's `name`.

    >>> other_base({"base_model_name_or_path": "meta-llama/Llama-3.2-1B"}, "smollm2-135m")
    'meta-llama/Llama-3.2-1B'
    >>> other_base({"base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct"}, "smollm2-135m")
    """
    named = str(config.get("base_model_name_or_path") or "")
    same = not named or _last(named) in {_last(name), f"{_last(name)}-instruct"}
    return None if same else named


def _last(name: str) -> str:
    return name.partition("@")[0].replace("\\", "/").rstrip("/").rpartition("/")[2].lower()


def check_weights(base: Path, adapter: Path, weights: Path) -> None:
    """Refuse an adapter whose weights are not just those that PEFT would train in this base.

    PEFT and vLLM leave out weights whose names they don't know, and take missing ones as zero: the base would answer
    in the adapter's place. The base is built without its weights, from its configuration.

    Raises:
        ModelError: names are missing or not known, with the first of them.
    """
    import torch
    from peft import PeftConfig, get_peft_model, get_peft_model_state_dict
    from safetensors import safe_open
    from transformers import AutoConfig, AutoModelForCausalLM

    with safe_open(weights, framework="pt") as file:
        given = set(file.keys())
    with torch.device("meta"):
        config = AutoConfig.from_pretrained(base, trust_remote_code=False, local_files_only=True)
        empty = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
        settings = PeftConfig.from_pretrained(str(adapter))
        settings.base_model_name_or_path = None  # else PEFT warns that this one has another name
        try:
            expected = set(get_peft_model_state_dict(get_peft_model(empty, settings)))
        except ValueError as error:  # target_modules name nothing of this model
            raise ModelError(f"Adapter {str(adapter)!r} does not fit {base.name!r}: {error}") from error
    missing, unexpected = sorted(expected - given), sorted(given - expected)
    if missing or unexpected:
        each = (("are missing", missing), ("are unexpected", unexpected))
        parts = [f"{len(names):,} of its weights {how}, e.g. {_some(names)}" for how, names in each if names]
        raise ModelError(
            f"Adapter {str(adapter)!r} does not fit {base.name!r}: {'; '.join(parts)}. The rest would answer as if it "
            "had not been trained so. Save it anew with `model.save_pretrained` of PEFT, from a model that is neither "
            "compiled nor wrapped, or name the base that it was trained on with --model."
        )


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_NAMED]))
