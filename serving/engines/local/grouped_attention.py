"""Attention for grouped key-value heads without copying them, for transformers models on a CPU.

Where several query heads share a key-value head (Ainslie et al., GQA: training generalized multi-query transformer
models from multi-head checkpoints, EMNLP 2023), transformers repeats keys and values for each query head as soon as
there is a mask. On a CPU that copy costs several times as much as the attention itself. Here the query heads of a group
are folded into the sequence instead: the same numbers, and nothing is copied but the mask.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import torch

NAME: Final = "grouped_sdpa"

FOLDED: Final = 256
"""More new tokens than this are not folded: the mask, which folding repeats, then costs more than keys and values."""

PLAIN: Final = 1024
"""Most new tokens whose attention is trained by the plain formula."""


def use_grouped_attention(model: Any) -> None:  # noqa: ANN401 - any transformers model
    """Switch a model that runs torch's scaled dot product attention to `grouped_attention`; others stay as they are."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    if model.config._attn_implementation != "sdpa":
        return
    AttentionInterface.register(NAME, grouped_attention)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)


def grouped_attention(
    module: "torch.nn.Module",
    query: "torch.Tensor",
    key: "torch.Tensor",
    value: "torch.Tensor",
    attention_mask: "torch.Tensor | None",
    dropout: float = 0.0,
    scaling: float | None = None,
    **options: Any,  # noqa: ANN401 - transformers passes what some models need
) -> tuple["torch.Tensor", None]:
    """Attention as transformers' own function computes it.

    Args:
        module: the attention layer.
        query: [rows, query heads, new tokens, head size].
        key: [rows, key-value heads, all tokens, head size].
        value: like `key`.
        attention_mask: [rows, 1, new tokens, all tokens], True (or 0.0) where a token may be seen; None: causal.
        dropout: probability, in training.
        scaling: of the products; one over the root of the head size where None.
        options: passed on where the heads are not grouped, or there is no mask.

    Returns:
        [rows, new tokens, query heads, head size], and no attention weights.
    """
    import torch
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    rows, heads, new, size = query.shape
    groups = key.shape[1]
    plain = attention_mask is None or attention_mask.shape[1] != 1 or options.get("position_bias") is not None
    if plain or groups == heads or new > FOLDED:
        usual: torch.Tensor
        with _kernel(query):
            usual, _ = sdpa_attention_forward(module, query, key, value, attention_mask, dropout, scaling, **options)
        return usual, None
    assert attention_mask is not None
    share = heads // groups
    mask = attention_mask.unsqueeze(2).expand(-1, 1, share, -1, -1).reshape(-1, 1, share * new, key.shape[2])
    folded = query.reshape(rows, groups, share * new, size)
    with _kernel(query):
        output = torch.nn.functional.scaled_dot_product_attention(
            folded, key, value, attn_mask=mask, dropout_p=dropout, scale=scaling
        )
    return output.reshape(rows, heads, new, size).transpose(1, 2).contiguous(), None


def _kernel(query: "torch.Tensor") -> AbstractContextManager[None]:
    """Where gradients are wanted torch's plain formula: the backward pass of its fused kernel takes far longer.

    Beyond `PLAIN` tokens the formula's memory, which grows with their square, is not worth it.
    """
    from torch.nn.attention import SDPBackend, sdpa_kernel

    return sdpa_kernel(SDPBackend.MATH) if query.requires_grad and query.shape[2] <= PLAIN else nullcontext()
