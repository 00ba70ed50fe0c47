"""Key-value caches of transformers models: made, picked from, joined, passed under the name that a release uses."""

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import EngineError

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache


WIDE: Final = 2**30
"""A window that no prompt fills."""

KNOWN_LAYERS: Final = {"full_attention", "sliding_attention"}


def attention_window(config: Any) -> int | None:  # noqa: ANN401 - any transformers configuration
    """Within how many tokens every layer of a model attends to all of them; None where there is no such bound.

    Raises:
        EngineError: layers that keep something else than keys and values of all tokens.
    """
    config = config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or ())
    if strange := sorted(kinds - KNOWN_LAYERS):
        raise EngineError(
            f"The transformers engine can't share prefixes in a model with {', '.join(strange)} layers; use vLLM."
        )
    window: int | None = getattr(config, "sliding_window", None)
    return window if not kinds or "sliding_attention" in kinds else None


def widen_window(model: Any) -> int | None:  # noqa: ANN401 - any transformers causal language model
    """Let a model with sliding windows attend to everything, and tell up to how many tokens that changes nothing.

    Cached rows have gaps between their tokens, which a window would count as tokens.

    Raises:
        EngineError: as for `attention_window`.
    """
    window = attention_window(model.config)
    if window is not None:
        model.config.get_text_config().sliding_window = WIDE
    return window


def new_cache() -> "DynamicCache":
    """An empty cache, of keys and values of all tokens in every layer; see `widen_window`."""
    from transformers import DynamicCache

    return DynamicCache()


def cached(model: Any, cache: "DynamicCache") -> dict[str, Any]:  # noqa: ANN401 - any transformers causal language model
    """The arguments of `model`'s forward call that make it read and extend `cache`.

    transformers 5.20 renamed the argument from `past_key_values` to `cache`.
    """
    base = model.get_base_model() if hasattr(model, "get_base_model") else model  # PEFT hides the names
    return {_argument(type(base).forward): cache, "use_cache": True}


@lru_cache  # asked at every decoding step
def _argument(forward: Callable[..., Any]) -> str:
    return "cache" if "cache" in inspect.signature(forward).parameters else "past_key_values"


def picked(cache: "DynamicCache", rows: Sequence[int], slots: int) -> "DynamicCache":
    """A copy of the first `slots` slots of some rows, in this order; a row may come twice."""
    import torch

    copy = new_cache()
    if slots:
        at = torch.tensor(rows, device=cache.layers[0].keys.device)
        for number, layer in enumerate(cache.layers):
            copy.update(layer.keys[at, :, :slots], layer.values[at, :, :slots], number)
    return copy


def joined(caches: Sequence["DynamicCache"]) -> "DynamicCache":
    """The rows of all caches, one after the other; shorter ones get empty slots at their end. Empties `caches`."""
    if len(caches) == 1:
        return caches[0]
    whole = new_cache()
    slots = max(cache.get_seq_length() for cache in caches)
    for number in range(len(caches[0].layers)):
        layers = [cache.layers[number] for cache in caches]
        whole.update(
            _stacked([layer.keys for layer in layers], slots),
            _stacked([layer.values for layer in layers], slots),
            number,
        )
        for layer in layers:
            layer.keys = layer.values = None  # gives the memory back while the copy grows
    return whole


def _stacked(parts: list["torch.Tensor"], slots: int) -> "torch.Tensor":
    """Tensors [rows, heads, at most `slots`, size] as one [all rows, heads, slots, size]."""
    import torch

    return torch.cat([torch.nn.functional.pad(part, (0, 0, 0, slots - part.shape[2])) for part in parts])
