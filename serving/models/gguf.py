"""SmolLM2 from GGUF to the folder that every engine loads: safetensors, tokenizer and configuration.

The folder depends on nothing but the GGUF file, so its digest is the same on every machine and can be pinned. The order
of rows in the query and key projections is put back as it was before llama.cpp's `convert_hf_to_gguf.py`
(`LlamaModel.permute`).
"""

import json
import re
from pathlib import Path
from typing import Any, Final

from fewsight.notices import Progress

NAMES: Final = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
CONTROL_TOKEN: Final = 3
ROLES: Final = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}
BYTE_LEVEL: Final = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
# GGUF only names this rule ("smollm"): every digit by itself, then GPT-2's byte-level rule.
SPLITS: Final = {
    "type": "Sequence",
    "pretokenizers": [{"type": "Digits", "individual_digits": True}, BYTE_LEVEL],
}
PIPELINE: Final = {
    "truncation": None,
    "padding": None,
    "normalizer": None,
    "pre_tokenizer": SPLITS,
    "post_processor": None,
    "decoder": BYTE_LEVEL,
}


def convert(gguf_file: Path, folder: Path, progress: Progress) -> None:
    """Write model.safetensors (bf16), config.json, tokenizer.json, tokenizer_config.json and chat_template.jinja.

    `progress` is told about each tensor.
    """
    from gguf import GGUFReader

    reader = GGUFReader(str(gguf_file))
    heads = (_value(reader, "llama.attention.head_count"), _value(reader, "llama.attention.head_count_kv"))
    _write_weights(reader, folder / "model.safetensors", heads, progress)
    _write_tokenizer(reader, folder)
    (folder / "config.json").write_text(json.dumps(_config(reader), indent=2) + "\n")


def _value(reader: Any, key: str) -> Any:  # noqa: ANN401 - gguf has no types
    return reader.fields[key].contents()


def _write_weights(reader: Any, path: Path, heads: tuple[int, int], progress: Progress) -> None:  # noqa: ANN401
    import torch
    from gguf.quants import dequantize
    from safetensors.torch import save_file

    weights = {}
    progress.begin("tensors", len(reader.tensors))
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type)
        for part, count in (("attn_q", heads[0]), ("attn_k", heads[1])):
            if f".{part}." in tensor.name:
                rows = values.shape[0] // count // 2
                values = values.reshape(count, rows, 2, -1).swapaxes(1, 2).reshape(values.shape)
        weights[_name(tensor.name)] = torch.tensor(values).to(torch.bfloat16)
        progress.advance(1)
    save_file(weights, path, metadata={"format": "pt"})


def _name(gguf_name: str) -> str:
    """The name in transformers.

    >>> _name("blk.3.attn_q.weight")
    'model.layers.3.self_attn.q_proj.weight'
    """
    block = re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", gguf_name)
    if block:
        return f"model.layers.{block[1]}.{NAMES[block[2]]}.weight"
    return f"{NAMES[gguf_name.removesuffix('.weight')]}.weight"


def _write_tokenizer(reader: Any, folder: Path) -> None:  # noqa: ANN401
    words: list[str] = _value(reader, "tokenizer.ggml.tokens")
    kinds: list[int] = _value(reader, "tokenizer.ggml.token_type")
    special = [i for i, kind in enumerate(kinds) if kind == CONTROL_TOKEN]
    model = {
        "type": "BPE",
        "vocab": {word: index for index, word in enumerate(words)},
        "merges": [merge.split(" ") for merge in _value(reader, "tokenizer.ggml.merges")],
    }
    content = {"version": "1.0", "added_tokens": [_added(i, words[i]) for i in special], **PIPELINE, "model": model}
    (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    names = {f"{role}_token": words[_value(reader, f"tokenizer.ggml.{key}_token_id")] for role, key in ROLES.items()}
    settings = {**names, "tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "chat_template.jinja").write_text(_value(reader, "tokenizer.chat_template"))


def _added(index: int, word: str) -> dict[str, Any]:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": index, "content": word, **flags}


def _config(reader: Any) -> dict[str, Any]:  # noqa: ANN401
    heads = _value(reader, "llama.attention.head_count")
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "dtype": "bfloat16",
        "vocab_size": _value(reader, "llama.vocab_size"),
        "hidden_size": _value(reader, "llama.embedding_length"),
        "intermediate_size": _value(reader, "llama.feed_forward_length"),
        "num_hidden_layers": _value(reader, "llama.block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": _value(reader, "llama.attention.head_count_kv"),
        "head_dim": _value(reader, "llama.embedding_length") // heads,
        "hidden_act": "silu",
        "max_position_embeddings": _value(reader, "llama.context_length"),
        # Stored as a 32-bit float; the model was trained with 1e-05.
        "rms_norm_eps": float(f"{_value(reader, 'llama.attention.layer_norm_rms_epsilon'):.6g}"),
        "rope_parameters": {"rope_type": "default", "rope_theta": _value(reader, "llama.rope.freq_base")},
        "rope_theta": _value(reader, "llama.rope.freq_base"),
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "bos_token_id": _value(reader, "tokenizer.ggml.bos_token_id"),
        "eos_token_id": _value(reader, "tokenizer.ggml.eos_token_id"),
        "pad_token_id": _value(reader, "tokenizer.ggml.padding_token_id"),
    }
