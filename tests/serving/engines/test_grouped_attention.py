from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from fewsight.serving.engines.local.grouped_attention import NAME, use_grouped_attention
from fewsight.serving.engines.local.key_values import cached, new_cache


def model(heads: int = 6, groups: int = 2, attention: str = "sdpa") -> Any:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=50,
        hidden_size=48,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=heads,
        num_key_value_heads=groups,
        attn_implementation=attention,
    )
    return LlamaForCausalLM(config).eval()


def logits(model: Any, mask: torch.Tensor | None) -> torch.Tensor:
    """Of two rows in two steps, the second of which uses the cache of the first."""
    ids = torch.arange(18).reshape(2, 9)
    with torch.inference_mode():
        past = cached(model, new_cache())
        first = model(input_ids=ids[:, :6], attention_mask=None if mask is None else mask[:, :6], **past)
        second = model(input_ids=ids[:, 6:], attention_mask=mask, **past)
    return torch.cat([first.logits, second.logits], 1)


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
@pytest.mark.parametrize("padded", [True, False])
def test_gives_what_repeated_heads_give(groups: int, padded: bool) -> None:
    usual, grouped = model(groups=groups), model(groups=groups)
    use_grouped_attention(grouped)
    assert grouped.config._attn_implementation == NAME
    mask = torch.ones(2, 9, dtype=torch.long)
    mask[0, :2] = 0
    seen = mask.bool() if padded else torch.ones(2, 9, dtype=torch.bool)
    found, expected = (logits(each, mask if padded else None) for each in (grouped, usual))
    torch.testing.assert_close(found[seen], expected[seen], atol=1e-5, rtol=1e-4)


def test_heads_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers.integrations import sdpa_attention

    def copied(*_: Any) -> None:
        raise AssertionError("keys and values were repeated")

    monkeypatch.setattr(sdpa_attention, "repeat_kv", copied)
    mask = torch.ones(2, 9, dtype=torch.long)
    mask[0, :2] = 0
    with pytest.raises(AssertionError, match="repeated"):
        logits(model(), mask)
    grouped = model()
    use_grouped_attention(grouped)
    logits(grouped, mask)


def test_gradients_are_the_same() -> None:
    usual, grouped = model(), model()
    use_grouped_attention(grouped)
    mask = torch.ones(2, 9, dtype=torch.long)
    mask[1, :3] = 0
    ids = torch.arange(18).reshape(2, 9)
    for each in (usual, grouped):
        each(input_ids=ids, attention_mask=mask).logits[:, -1].sum().backward()
    for one, other in zip(usual.parameters(), grouped.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, atol=1e-5, rtol=1e-4)


def test_other_implementations_stay() -> None:
    eager = model(attention="eager")
    use_grouped_attention(eager)
    assert eager.config._attn_implementation == "eager"
