"""Key-value caches of transformers models: made, picked from, joined, passed under the name that a release uses."""

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache


def new_cache(model: Any) -> "DynamicCache":  # noqa: ANN401 - any transformers causal language model
    """An empty cache for `model`."""
    from transformers import DynamicCache

    return DynamicCache(config=model.config)


def cached(model: Any, cache: "DynamicCache") -> dict[str, Any]:  # noqa: ANN401 - see new_cache
    """The arguments of `model`'s forward call that make it read and extend `cache`.

    transformers 5.20 renamed the argument from `past_key_values` to `cache`.
    """
    base = model.get_base_model() if hasattr(model, "get_base_model") else model  # PEFT hides the names
    known = inspect.signature(base.forward).parameters
    return {"cache" if "cache" in known else "past_key_values": cache, "use_cache": True}


def picked(model: Any, cache: "DynamicCache", rows: Sequence[int], slots: int) -> "DynamicCache":  # noqa: ANN401
    """A copy of the first `slots` slots of some rows, in this order; a row may come twice."""
    import torch

    copy = new_cache(model)
    if slots:
        at = torch.tensor(rows, device=model.device)
        for number, layer in enumerate(cache.layers):
            copy.update(layer.keys[at, :, :slots], layer.values[at, :, :slots], number)
    return copy


def joined(model: Any, caches: Sequence["DynamicCache"]) -> "DynamicCache":  # noqa: ANN401 - see new_cache
    """The rows of all caches, one after the other; shorter ones get empty slots at their end. Empties `caches`."""
    if len(caches) == 1:
        return caches[0]
    whole = new_cache(model)
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
